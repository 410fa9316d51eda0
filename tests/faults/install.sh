#!/bin/sh
# Sees to it that the tests of wrong clocks (F25) have libfaketime. Without it they are skipped, and say so.
set -eu

for library in /usr/lib/*/faketime/libfaketime.so.1; do
    [ ! -e "$library" ] || exit 0
done
root=
[ "$(id -u)" = 0 ] || root="sudo -n"
if command -v apt-get >/dev/null && $root true 2>/dev/null; then
    echo "Installing libfaketime for the tests of wrong clocks ..."
    $root apt-get -qq update &&
        DEBIAN_FRONTEND=noninteractive $root apt-get -qq install -y --no-install-recommends libfaketime >/dev/null &&
        exit 0
fi
echo "Without libfaketime (apt-get install libfaketime) the tests of wrong clocks (F25) are skipped." >&2
