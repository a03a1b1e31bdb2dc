#!/bin/sh
# Make .venv with everything of requirements.lock: make_venv.sh [PYTHON]. Safe to repeat.
set -eu
cd "$(dirname "$0")/.."

new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

python=""
for candidate in "${1:-python3}" python3 python3.14 python3.13 python3.12 python3.11; do
    if command -v "$candidate" >/dev/null 2>&1 && new_enough "$candidate"; then
        python=$candidate
        break
    fi
    if [ -n "${1:-}" ] && [ "$1" != python3 ]; then
        break # a python that was asked for by name is not replaced behind its caller's back
    fi
done
if [ -z "$python" ]; then
    echo "Huanlian needs Python 3.11 or newer; '${1:-python3}' is missing or older. Name another: make PYTHON=python3.12 …" >&2
    exit 1
fi

if ! { [ -x .venv/bin/python ] && new_enough .venv/bin/python && .venv/bin/python -m pip --version >/dev/null 2>&1; }; then
    rm -rf .venv
    if ! "$python" -m venv .venv; then
        echo "'$python -m venv' failed. On Debian and Ubuntu: apt-get install python3-venv" >&2
        exit 1
    fi
fi
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
