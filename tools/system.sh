#!/usr/bin/env bash
# What the machine itself must have: bubblewrap (sandbox), rustc with clippy, a C linker, pip or uv.
# Installed when we are root and apt-get is there; else the one command to run, and exit 3.
set -euo pipefail

missing=()
works() { "$1" --version >/dev/null 2>&1; }
works bwrap || missing+=(bubblewrap)
works cc || missing+=(gcc)
works uv || python3 -m pip --version >/dev/null 2>&1 || missing+=(python3-pip)
if ! works rustc; then
  missing+=(rustc rust-clippy)
elif ! works clippy-driver; then
  if command -v rustup >/dev/null; then
    echo "error: rustup's rustc has no clippy here. Run: rustup component add clippy" >&2
    exit 3
  fi
  missing+=(rust-clippy)
fi
[ "${#missing[@]}" -eq 0 ] && exit 0

if ! command -v apt-get >/dev/null; then
  echo "error: missing on this machine: ${missing[*]} (Debian's names); install them" >&2
  exit 3
fi
install=(apt-get install --yes --no-install-recommends "${missing[@]}")
if [ "$(id -u)" -ne 0 ]; then
  echo "error: missing on this machine: ${missing[*]}. Run: sudo ${install[*]}" >&2
  exit 3
fi
echo "installing ${missing[*]}" >&2
export DEBIAN_FRONTEND=noninteractive
"${install[@]}" >&2 || { apt-get update >&2 && "${install[@]}" >&2; }
