# What a bats test finds around it. One test runs in this shell; the last line of the script, which
# the judge adds, proves that it came to its end.
set -eE
BATS_RUN_SKIPPED=true
BATS_TEST_DIRNAME=$PWD
BATS_TEST_FILENAME=$PWD/test.bats
BATS_TMPDIR=/tmp
BATS_TEST_TMPDIR=/tmp/bats
BATS_FILE_TMPDIR=/tmp/bats BATS_SUITE_TMPDIR=/tmp/bats BATS_RUN_TMPDIR=/tmp/bats
mkdir -p "$BATS_TEST_TMPDIR"
export BATS_RUN_SKIPPED BATS_TEST_DIRNAME BATS_TMPDIR BATS_TEST_TMPDIR

bats_require_minimum_version() { :; }
bats_load_library() { load "$1"; }
load() {
  local file=$1
  [[ -e $file ]] || file=$1.bash
  # The helper libraries' assertions are here already.
  [[ -e $file ]] || case ${1##*/} in *bats-*|load|load.bash|*helper*) return 0 ;; esac
  # shellcheck disable=SC1090
  source "$file"
}
skip() { echo "skipped: $*" >&2; exit 75; }
run() {
  builtin trap - DEBUG RETURN
  local apart='' want='' keep=''
  while [[ ${1-} == -* || ${1-} == '!' ]]; do
    case $1 in
      --separate-stderr) apart=1 ;;
      --keep-empty-lines) keep=1 ;;
      --) shift; break ;;
      -[0-9]*) want=${1#-} ;;
      '!') want='!' ;;
      *) break ;;
    esac
    shift
  done
  status=0
  stderr=''
  if [[ -n $apart ]]; then
    output=$(set +e; "$@" 2>/tmp/bats/stderr) || status=$?
    stderr=$(</tmp/bats/stderr)
  else
    output=$(set +e; "$@" 2>&1) || status=$?
  fi
  lines=()
  local line
  while IFS= read -r line || [[ -n $line ]]; do
    if [[ -n $line || -n $keep ]]; then lines+=("$line"); fi
  done <<<"$output"
  BATS_RUN_COMMAND="$*"
  case $want in
    '') return 0 ;;
    '!') ((status != 0)) ;;
    *) ((status == want)) ;;
  esac
}

# Ends the shell: a candidate may have told it to go on after failures.
fail() { echo "${*:-failed}" >&2; exit 1; }
assert() { "$@" || fail "not true: $*"; }
refute() { if "$@"; then fail "true: $*"; fi; }
assert_equal() { [[ $1 == "$2" ]] || fail "$1 is not $2"; }
assert_not_equal() { [[ $1 != "$2" ]] || fail "$1 is $2"; }
assert_success() { ((status == 0)) || fail "exit status $status: $output"; }
assert_failure() {
  ((status != 0)) || fail "exit status 0: $output"
  if (($# > 0)); then ((status == $1)) || fail "exit status $status, not $1"; fi
}
__matches() { # text, how, pattern
  case $2 in
    partial) [[ $1 == *"$3"* ]] ;;
    regexp) [[ $1 =~ $3 ]] ;;
    *) [[ $1 == "$3" ]] ;;
  esac
}
__option() { # sets `how`, `at` and `rest` from the options of an assertion
  how=equal at='' rest=()
  while (($# > 0)); do
    case $1 in
      -p|--partial) how=partial ;;
      -e|--regexp) how=regexp ;;
      -n|--index) at=$2; shift ;;
      -|--stdin) rest+=("$(cat)") ;;
      --) shift; rest+=("$@"); return 0 ;;
      *) rest+=("$1") ;;
    esac
    shift
  done
}
assert_output() {
  local how at rest
  __option "$@"
  if ((${#rest[@]} == 0)); then [[ -n $output ]] || fail 'no output'; return; fi
  __matches "$output" "$how" "${rest[0]}" || fail "output is $output, not ${rest[0]}"
}
refute_output() {
  local how at rest
  __option "$@"
  if ((${#rest[@]} == 0)); then [[ -z $output ]] || fail "output is $output"; return; fi
  if __matches "$output" "$how" "${rest[0]}"; then fail "output is $output"; fi
}
__line() {
  local each
  if [[ -n $at ]]; then __matches "${lines[at]-}" "$how" "${rest[0]}"; return; fi
  for each in "${lines[@]}"; do
    if __matches "$each" "$how" "${rest[0]}"; then return 0; fi
  done
  return 1
}
assert_line() { local how at rest; __option "$@"; __line || fail "no such line: ${rest[0]}"; }
refute_line() { local how at rest; __option "$@"; if __line; then fail "line: ${rest[0]}"; fi; }
assert_stderr() { local output=$stderr; assert_output "$@"; }
refute_stderr() { local output=$stderr; refute_output "$@"; }
assert_regex() { [[ $1 =~ $2 ]] || fail "$1 does not match $2"; }
refute_regex() { if [[ $1 =~ $2 ]]; then fail "$1 matches $2"; fi; }

# From here on no candidate that is sourced may put its own function in the place of one of these.
__seal() {
  local name
  [() { builtin [ "$@"; }
  test() { builtin test "$@"; }
  for name in $(compgen -A function); do
    case $name in __test_*|setup|teardown|setup_file|teardown_file) ;; *) readonly -f "$name" ;; esac
  done
}
