#!/usr/bin/env bash
# tox with every Python there is; pyenv hides those that it is not told to show.
set -euo pipefail
if command -v pyenv >/dev/null; then
  PYENV_VERSION=$(pyenv versions --bare | grep -E '^3\.1[123]\.[0-9]+$' | paste -sd :)
  export PYENV_VERSION
fi
exec tox run "$@"
