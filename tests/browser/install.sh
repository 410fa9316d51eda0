#!/bin/sh
# Sees to it that the browser tests have a Chromium; fails with a sentence when it cannot.
set -eu

for name in ${CHROMIUM:-chromium chromium-browser google-chrome}; do
    command -v "$name" >/dev/null && exit 0
done
root=
[ "$(id -u)" = 0 ] || root="sudo -n"
if command -v apt-get >/dev/null && $root true 2>/dev/null; then
    echo "Installing Chromium for the browser tests ..."
    $root apt-get -qq update
    DEBIAN_FRONTEND=noninteractive $root apt-get -qq install -y --no-install-recommends chromium >/dev/null
    exit 0
fi
echo "The browser tests need Chromium: apt-get install chromium, or set CHROMIUM=/path/to/chromium." >&2
exit 1
