#!/bin/sh
# Runs the tests on the embedded server: sh config/local/run_tests.sh [pytest's arguments]
#
# BROWSER=off leaves out those that drive a browser. Where Chromium is missing and this was not
# said, the others run and the whole still fails.
set -eu
cd "$(dirname "$0")/../.."

browser_missing=no
if [ "${BROWSER:-}" != off ] && ! command -v chromium >/dev/null 2>&1 &&
    ! command -v chromium-browser >/dev/null 2>&1 && ! command -v google-chrome >/dev/null 2>&1; then
    browser_missing=yes
    BROWSER=off
    export BROWSER
fi

if [ "${BROWSER:-}" = off ]; then
    set -- -m "not browser" "$@"
fi
result=0
.venv/bin/python -m pytest -n 2 "$@" || result=$?

if [ "$browser_missing" = yes ]; then
    echo "Chưa kiểm thử bằng trình duyệt: máy này không có Chromium." >&2
    echo "Hãy chạy: sudo apt-get install -y chromium   (hoặc bỏ qua: make test BROWSER=off)" >&2
    [ "$result" -ne 0 ] || result=1
fi
exit "$result"
