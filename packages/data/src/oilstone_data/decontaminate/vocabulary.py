"""Words that a change of names leaves alone: keywords, and names of the standard libraries.

Rust, Python and the shell share one table. Names in it that a program gives itself (`max = 0`) are
found by its syntax (see `names`). Words that programs like to give to things of their own (`count`,
`key`, `index`, `result`) are no part of it, whichever library has them too: they may be new names.
"""

_KEYWORDS = """
    and as assert async await bool break class const continue crate def do done elif else enum
    esac except extern f32 f64 false fi finally float fn for from global i128 i16 i32 i64 i8 if
    impl import in int is isize lambda let loop mod mut none nonlocal not or pass pub raise ref
    return self static struct super then trait true try u128 u16 u32 u64 u8 unsafe usize void
    where while with yield
"""
_PYTHON = """
    abs accumulate add all any append assertionerror bisect bytes callable chr classmethod
    clear collections combinations compile datetime decode defaultdict deque dict discard
    divmod encode endswith enumerate eval exception exit extend factorial filter find findall
    float floor format frozenset functools gcd get getattr groupby hasattr heapify heappop
    heappush heapq hex indexerror inf insert intersection isalnum isalpha isdigit isinstance
    islower isspace issubclass isupper iterable iterator itertools join json keyerror len list
    lower lru_cache lstrip map match math max min namedtuple nlargest nsmallest oct open
    optional ord ordereddict os partition permutations pi pop pow print property random range
    re reduce remove replace repr reverse reversed rfind round rsplit rstrip search set setattr
    setdefault slice sort sorted split splitlines sqrt startswith staticmethod stopiteration
    str strip sub sum swapcase sys title tuple type typeerror typing upper valueerror
    zerodivisionerror zfill zip
"""
_RUST = """
    and_then arc as_bytes as_mut as_ref as_str asref assert_eq binary_search binaryheap box
    btreemap btreeset char char_indices chars checked_add checked_mul checked_sub clone cloned
    cmp collect contains contains_key copied debug dedup derive display drain expect filter_map
    first flat_map fmt fold from_digit from_str from_utf8 fromstr get_mut hashmap hashset
    insert into into_iter intoiterator is_alphabetic is_alphanumeric is_ascii_digit is_empty
    is_err is_lowercase is_none is_numeric is_ok is_some is_uppercase iter iter_mut macro_rules
    map_err max_by_key min_by_key new nth ok ok_or or_default or_else or_insert or_insert_with
    ord ordering panic parse partial_cmp partialeq partialord peek peekable powf powi println
    push push_str rc refcell rem_euclid retain rev saturating_sub skip some sort_by sort_by_key
    sort_unstable split_whitespace std step_by swap take to_ascii_lowercase to_ascii_uppercase
    to_digit to_lowercase to_owned to_string to_uppercase to_vec tostring trim truncate unwrap
    unwrap_or unwrap_or_default unwrap_or_else vec vecdeque with_capacity wrapping_add
    wrapping_mul wrapping_sub write writeln
"""
_SHELL = """
    awk basename bash bc cat chmod chown cp curl cut declare dev diff dirname du echo egrep env
    exec export fgrep gawk getopts git grep gunzip gzip hostname ifs join kill ln local ls
    mkdir mktemp mv null paste printf ps pwd read readlink readonly realpath rm rmdir rsync scp
    sed select seq sh shift sleep source ssh stat stderr stdout sudo tar tee touch tr trap
    typeset uname uniq unset until unzip usr wc wget xargs zip
"""
KEYWORDS = frozenset(_KEYWORDS.split())
STANDARD = frozenset(f"{_PYTHON} {_RUST} {_SHELL}".split()) - KEYWORDS
