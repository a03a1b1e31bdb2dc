#!/bin/sh
# What the tests need and PyPI does not have: Chromium and a Chinese font, for the tests that look at pages.
# Installs them where that is plainly possible (root on Debian or Ubuntu); elsewhere it says what is missing, and the
# tests that need it skip by name. PostgreSQL is not asked for here: the wheel in requirements.lock brings one.
set -u

have_browser() {
    for name in chromium chromium-browser google-chrome google-chrome-stable; do
        command -v "$name" >/dev/null 2>&1 && return 0
    done
    [ -x "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" ] || [ -x /Applications/Chromium.app/Contents/MacOS/Chromium ]
}

have_chinese_font() {
    [ "$(uname)" = Darwin ] && return 0
    command -v fc-list >/dev/null 2>&1 && [ -n "$(fc-list :lang=zh family 2>/dev/null)" ]
}

missing=""
have_browser || missing="chromium"
have_chinese_font || missing="$missing fonts-noto-cjk"
[ -z "$missing" ] && exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "installing for the tests: $missing"
    export DEBIAN_FRONTEND=noninteractive
    # shellcheck disable=SC2086 # a list of packages
    if (apt-get -qq update; apt-get -qq install -y --no-install-recommends $missing fontconfig) >/dev/null </dev/null; then
        exit 0
    fi
    echo "apt-get could not install: $missing" >&2
fi
echo "not installed: $missing. The tests that look at pages in a browser will skip; everything else runs." >&2
exit 0
