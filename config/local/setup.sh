#!/bin/sh
# Makes this folder ready to run: sh config/local/setup.sh [test]
#
# Needs Python 3.11 or newer. As root it installs what the system lacks with apt-get; otherwise
# it names the command and stops. A second run changes nothing and takes a moment.
set -eu
cd "$(dirname "$0")/../.."

purpose=${1:-run}
export UV_PYTHON_DOWNLOADS=never UV_NO_PROGRESS=1 PIP_DISABLE_PIP_VERSION_CHECK=1
unset VIRTUAL_ENV PYTHONPATH PYTHONHOME 2>/dev/null || true

# What WeasyPrint loads at run time, and the type that official papers are set in.
SYSTEM_PACKAGES="libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-liberation2"

say() { printf '%s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }
is_root() { [ "$(id -u)" = 0 ]; }
has() { command -v "$1" >/dev/null 2>&1; }

# install_packages WHY PACKAGES…: as root through apt-get, else stop and name the command.
install_packages() {
    why=$1
    shift
    if ! has apt-get; then
        fail "$why Hãy cài các gói tương ứng với (tên trên Debian): $*"
    fi
    if ! is_root; then
        fail "$why Hãy chạy: sudo apt-get install -y $*"
    fi
    say "$why Đang cài: $*"
    apt_log=$(mktemp)
    if ! { apt-get update && DEBIAN_FRONTEND=noninteractive \
        apt-get install -y --no-install-recommends "$@"; } >"$apt_log" 2>&1 </dev/null; then
        tail -n 20 "$apt_log" >&2
        rm -f "$apt_log"
        fail "Không cài được. Hãy chạy: apt-get update && apt-get install -y $*"
    fi
    rm -f "$apt_log"
}

suits() {
    has "$1" && "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    for candidate in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11 python; do
        if suits "$candidate"; then
            python=$candidate
            return
        fi
    done
    fail "Cần Python 3.11 trở lên. Hãy cài Python, hoặc chỉ đường: make demo PYTHON=/…/python3.11"
}

find_uv() {
    uv=.tools/bin/uv
    if "$uv" --version >/dev/null 2>&1; then
        return
    fi
    if ! "$python" -c 'import venv, ensurepip' 2>/dev/null; then
        install_packages "Python thiếu venv." python3-venv
    fi
    say "Chuẩn bị công cụ cài đặt (.tools) …"
    rm -rf .tools
    "$python" -m venv .tools
    .tools/bin/python -m pip install --quiet --require-hashes --only-binary :all: \
        --requirement requirements-tools.lock
}

can_build_psycopg2() {
    has pg_config && { has cc || has gcc; } && [ -f "$(pg_config --includedir)/libpq-fe.h" ] &&
        "$python" -c 'import os, sys, sysconfig
sys.exit(not os.path.exists(os.path.join(sysconfig.get_paths()["include"], "Python.h")))'
}

# Without a compiler: the same driver, built elsewhere, in place of the one from source.
lock_for_this_machine() {
    if can_build_psycopg2; then
        cat requirements.lock
        return
    fi
    awk '/^[^ ]/ { left_out = ($1 ~ /^psycopg2==/) } !left_out' requirements.lock
    cat requirements-binary.lock
}

# The stamp says what the environment was made for (place and Python), then what is in it.
sync_environment() {
    mkdir -p .local
    lock_for_this_machine >.local/requirements.lock.new
    made_for="$(pwd) $("$python" -V)"
    contents=$(cksum <.local/requirements.lock.new)
    if [ "$(cat .venv/stamp 2>/dev/null)" = "$made_for
$contents" ]; then
        rm .local/requirements.lock.new
        return
    fi
    mv .local/requirements.lock.new .local/requirements.lock
    find_uv
    say "Cài các thư viện theo requirements.lock (.venv) …"
    if [ "$(head -n 1 .venv/stamp 2>/dev/null)" != "$made_for" ]; then
        "$uv" venv --quiet --clear --python "$python" .venv
    fi
    printf '%s\n' "$made_for" >.venv/stamp
    # Bytecode now makes every later start faster, WeasyPrint's most of all.
    "$uv" pip sync --quiet --python .venv/bin/python --require-hashes --compile-bytecode \
        .local/requirements.lock
    printf '%s\n' "$contents" >>.venv/stamp
}

check_system_libraries() {
    lacking=$(.venv/bin/python - $SYSTEM_PACKAGES <<'PYTHON'
import ctypes
import sys
from pathlib import Path

libraries = {
    "libpango-1.0-0": "libpango-1.0.so.0",
    "libpangoft2-1.0-0": "libpangoft2-1.0.so.0",
    "libharfbuzz-subset0": "libharfbuzz-subset.so.0",
}


def loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def has_fonts() -> bool:
    folders = ["/usr/share/fonts", "/usr/local/share/fonts", Path.home() / ".local/share/fonts"]
    return any(any(Path(folder).rglob("LiberationSerif-Regular.*")) for folder in folders)


if sys.platform == "linux":
    for package in sys.argv[1:]:
        there = loads(libraries[package]) if package in libraries else has_fonts()
        if not there:
            print(package)
elif sys.platform == "darwin":
    if not any(Path(p, "libpango-1.0.dylib").exists() for p in ("/opt/homebrew/lib", "/usr/local/lib")):
        sys.exit("brew install pango")
PYTHON
    ) || fail "Thiếu thư viện để tạo PDF. Hãy chạy: brew install pango"
    if [ -n "$lacking" ]; then
        # shellcheck disable=SC2086 # one word is one package
        install_packages "Thiếu thư viện hệ thống để tạo PDF." $lacking
    fi
}

has_browser() {
    has chromium || has chromium-browser || has google-chrome
}

# The tests read what is printed in the PDFs.
need_pdf_reader() {
    if ! has pdftotext; then
        install_packages "Thiếu pdftotext để kiểm thử nội dung PDF." poppler-utils
    fi
}

# What stands before the web workers in production; found where ordinary users do not look, too.
need_proxy() {
    if ! PATH="$PATH:/usr/sbin" has nginx; then
        install_packages "Thiếu nginx để kiểm thử cấu hình máy chủ web." nginx-light
    fi
}

# The tests without a browser are still worth running: run_tests.sh says at its end what failed.
offer_browser() {
    if [ "${BROWSER:-}" = off ] || has_browser || ! is_root || ! has apt-get; then
        return
    fi
    install_packages "Thiếu Chromium để kiểm thử." chromium
}

# One test starts this daemon on files of its own; without it, that test says so and is skipped.
offer_virus_scanner() {
    if PATH="$PATH:/usr/sbin" has clamd || ! is_root || ! has apt-get; then
        return
    fi
    install_packages "Thiếu ClamAV để kiểm thử việc quét vi-rút." clamav-daemon
}

compile_catalogues() {
    for catalogue in locale/*/LC_MESSAGES/django.po; do
        compiled="${catalogue%.po}.mo"
        if [ -f "$catalogue" ] && [ -z "$(find "$compiled" -newer "$catalogue" 2>/dev/null)" ]; then
            .venv/bin/pybabel --quiet compile --input-file "$catalogue" --output-file "$compiled"
        fi
    done
}

find_python
sync_environment
check_system_libraries
compile_catalogues
if [ "$purpose" = test ]; then
    need_pdf_reader
    need_proxy
    offer_browser
    offer_virus_scanner
fi
