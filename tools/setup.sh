#!/usr/bin/env bash
# .venv as uv.lock says, every download checked against its hash, the members editable in it.
# Instant when nothing changed since. PYTHON names the interpreter (3.11 to 3.13) if need be.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH=${PATH//"$PWD/.venv/bin:"/} # what is being made does not help to make it
tools/system.sh

stamp=.venv/setup.sha256
state=$(cat uv.lock pyproject.toml schemas/pyproject.toml packages/*/pyproject.toml tools/setup.sh |
  sha256sum)
if [ -x .venv/bin/python ] && [ "$(cat "$stamp" 2>/dev/null)" = "$state" ]; then exit 0; fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
unset VIRTUAL_ENV CONDA_PREFIX
export UV_PYTHON_DOWNLOADS=never

fits() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; }

python=
for candidate in ${PYTHON:-} python3 python3.11 python3.12 python3.13; do
  if fits "$candidate"; then python=$candidate && break; fi
done
if [ -z "$python" ]; then
  echo "error: no Python 3.11 to 3.13 on PATH; install one, or name it: make setup PYTHON=..." >&2
  exit 3
fi

# uv reads none of pip's settings; where it was told nothing, it goes where pip goes.
pip_says() {
  { "$python" -m pip config list 2>/dev/null || true; } | sed -n "s/^.*\.$1='\(.*\)'\$/\1/p"
}
index=$(pip_says index-url | tail -n 1)
certificates=$(pip_says cert | tail -n 1)
[ -z "$index" ] || export UV_DEFAULT_INDEX="${UV_DEFAULT_INDEX:-$index}"
[ -z "$certificates" ] || export SSL_CERT_FILE="${SSL_CERT_FILE:-$certificates}"

# uv: the one on PATH; else, for this run, the one that the lock names, by pip.
locked() { awk -v RS= '/\nname = "uv"\n/' uv.lock; }
if ! command -v uv >/dev/null; then
  version=$(locked | sed -n 's/^version = "\(.*\)"/\1/p')
  hashes=$(locked | grep -o 'sha256:[0-9a-f]*' | sed 's/^/--hash=/' | tr '\n' ' ')
  echo "uv==$version $hashes" >"$scratch/uv.txt"
  export PIP_ROOT_USER_ACTION=ignore
  "$python" -m pip install --quiet --require-hashes --target "$scratch/uv" -r "$scratch/uv.txt" >&2
  export PATH="$scratch/uv/bin:$PATH"
fi

fits .venv/bin/python || uv venv --quiet --clear --no-project --python "$python" .venv
rm -f "$stamp"
uv export --quiet --frozen --all-packages --all-extras --all-groups --no-emit-workspace \
  --no-header --output-file "$scratch/requirements.txt"
echo "installing $(grep -c == "$scratch/requirements.txt") packages into .venv" >&2
uv pip sync --quiet --python .venv --require-hashes "$scratch/requirements.txt"
members=(schemas packages/*)
uv pip install --quiet --python .venv --no-deps --no-build-isolation "${members[@]/#/-e./}"
echo "$state" >"$stamp"
