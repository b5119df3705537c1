#!/usr/bin/env bash
# Re-lock the workspace. uv writes the index's host into every entry, and a lock that names one
# breaks whoever sits behind another: ours says https://index.invalid/ instead. It is made
# resolvable in a temporary copy, locked there, and freed of hosts again.
# Usage: tools/lock.sh [options of `uv lock`, such as --upgrade or --upgrade-package NAME]
set -euo pipefail
cd "$(dirname "$0")/.."
unset UV_FIND_LINKS # local wheels would leave paths of this machine in the lock
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT

# Ask uv which index this machine is set up with: the smallest lock names it.
mkdir "$copy/probe" "$copy/work"
printf '[project]\nname = "probe"\nversion = "0"\nrequires-python = ">=3.11"\n%s\n' \
  'dependencies = ["iniconfig"]' >"$copy/probe/pyproject.toml"
uv lock --quiet --project "$copy/probe"
index=$(sed -n 's/.*registry = "\([^"]*\)".*/\1/p' "$copy/probe/uv.lock" | head -n 1)

cp --parents pyproject.toml schemas/pyproject.toml packages/*/pyproject.toml "$copy/work"
if [ -f uv.lock ]; then
  sed "s#registry = \"https://[^\"]*\"#registry = \"$index\"#" uv.lock >"$copy/work/uv.lock"
fi
uv lock --project "$copy/work" "$@"
sed -E -e 's#registry = "[^"]*"#registry = "https://index.invalid/simple"#' \
  -e 's#https?://[^/"]+/#https://index.invalid/#g' "$copy/work/uv.lock" >"$copy/uv.lock"
cp "$copy/uv.lock" uv.lock
echo "uv.lock is up to date; make setup installs it" >&2
