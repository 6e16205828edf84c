#!/bin/sh
# Install what the portal needs: a virtual environment, and Debian packages when we are root and apt is here.
set -eu
venv="$1"
python="${PYTHON:-python3.11}"
command -v "$python" >/dev/null 2>&1 || python=python3
"$python" - <<'P' || { echo "需要 Python 3.11 或更高版本。"; exit 1; }
import sys
sys.exit(sys.version_info < (3, 11))
P

# package | what shows that it is there
needed=""
have() { command -v "$1" >/dev/null 2>&1; }
library() { ldconfig -p 2>/dev/null | grep -q "$1"; }
library libpango-1.0.so.0 || needed="$needed libpango-1.0-0"
library libpangoft2-1.0.so.0 || needed="$needed libpangoft2-1.0-0"
library libharfbuzz-subset.so.0 || needed="$needed libharfbuzz-subset0"
have fc-list || needed="$needed fontconfig"
if ! have fc-list || ! fc-list :lang=zh 2>/dev/null | grep -q .; then needed="$needed fonts-noto-cjk"; fi
if ! have fc-list || ! fc-list 2>/dev/null | grep -qi hanazono; then needed="$needed fonts-hanazono"; fi
have pdftotext || needed="$needed poppler-utils"
have chromium || needed="$needed chromium"
have setpriv || needed="$needed util-linux"
if [ -n "$needed" ]; then
  if [ "$(id -u)" = 0 ] && have apt-get; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $needed >/dev/null
  else
    echo "请让管理员安装这些系统软件包，然后再运行一次："
    echo "  sudo apt-get install$needed"
    exit 1
  fi
fi

[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --editable ".[dev]"
