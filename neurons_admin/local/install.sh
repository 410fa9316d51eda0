#!/bin/sh
# Makes .venv (or VENV) if it is not there, and installs the given requirement files into it: pinned, checked by hash.
# Needs Python 3.11 or newer. On Debian and Ubuntu it installs the package python3-venv when that is missing.
set -eu

say() { printf '%s\n' "$*" >&2; }

find_python() {
    for name in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$name"
            return
        fi
    done
    say "Python 3.11 or newer is needed and was not found. Name it with PYTHON=/path/to/python3, or install it:"
    say "  apt-get install python3 python3-venv"
    exit 1
}

has_venv() { "$1" -c 'import ensurepip, venv' 2>/dev/null; }

install_venv() {
    package=$("$1" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    root=
    [ "$(id -u)" = 0 ] || root="sudo -n"
    if command -v apt-get >/dev/null && $root true 2>/dev/null; then
        say "Installing $package, which makes virtual environments ..."
        $root apt-get -qq update && DEBIAN_FRONTEND=noninteractive $root apt-get -qq install -y "$package" >&2 && return
    fi
    say "Virtual environments need the package $package: apt-get install $package"
    exit 1
}

venv=${VENV:-.venv}
if ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    python=$(find_python)
    has_venv "$python" || install_venv "$python"
    say "Making the virtual environment $venv ..."
    rm -rf "$venv"
    "$python" -m venv "$venv"
fi

say "Installing the packages pinned in $* ..."
files=
for file in "$@"; do files="$files -r $file"; done
# shellcheck disable=SC2086 # the file names are ours
exec "$venv/bin/python" -m pip install --disable-pip-version-check --require-hashes $files
