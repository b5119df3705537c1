"""The Rust filter: every bug of the seed's filter is a case here, and must not come back."""

import pytest

from oilstone_data.rust import syntax
from oilstone_data.rust.patterns import MARKS
from oilstone_data.rust.rules import RustRules
from oilstone_data.rust.scanner import Scanner
from oilstone_data.stage import Refusal
from oilstone_schemas import recipe, validate
from oilstone_schemas.command import OilstoneError

SCANNER = Scanner(MARKS)
FILLER = "fn filler() {\n    let a = 1;\n}\n" * 4


def rules(**keys) -> RustRules:
    settings = {"rust": {"score": "text", "min_length": 0, **keys}}
    recipe.fill(settings, validate.schema("recipe-data.v1"))
    return RustRules(settings["rust"])


def row(code: str, path: str | None = "src/lib.rs") -> dict:
    made = {"language": "rust", "completion": code}
    return made if path is None else {**made, "path": path}


def reason(stage: RustRules, code: str, path: str | None = "src/lib.rs") -> str | None:
    outcome = stage(row(code, path))
    return outcome.reason if isinstance(outcome, Refusal) else None


@pytest.mark.parametrize(
    "code",
    [
        "#[cfg(test)]\nmod tests {}\n",
        "#[test]\nfn works() {}\n",
        "#[tokio::test]\nasync fn works() {}\n",
        '#[tokio::test(flavor = "multi_thread")]\nasync fn works() {}\n',
        "#[cfg(all(test, unix))]\nmod tests {}\n",
        "#[cfg(any(unix, test))]\nmod tests {}\n",
        "#![cfg(test)]\n",
        "# [ cfg ( test ) ]\nmod tests {}\n",
    ],
)
@pytest.mark.parametrize("score", ["text", "tree", "both"])
def test_test_code_is_refused_by_its_content(code, score):
    assert reason(rules(score=score), FILLER + code) == "test_file"


@pytest.mark.parametrize(
    "code",
    [
        "//! See https://example.org/page#section and the colour #fff.\n",
        "fn f() { quote! { #(#fields),* #t } }\n",
        '#[cfg(feature = "test")]\nfn f() {}\n',
        "#[cfg(not(test))]\nfn f() {}\n",
        "// #[cfg(test)]\nfn f() {}\n",
        "#[testing]\nfn f() {}\n",
    ],
)
def test_what_only_looks_like_test_code_is_kept(code):
    assert reason(rules(), FILLER + code) is None


@pytest.mark.parametrize("score", ["text", "tree"])
def test_test_code_is_kept_where_the_recipe_allows_it(score):
    assert reason(rules(exclude_tests=False, score=score), "#[test]\nfn works() {}\n") is None


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("vendor/serde/src/lib.rs", "vendor_path"),
        ("a/vendor/lib.rs", "vendor_path"),
        ("target/debug/build/out.rs", "vendor_path"),
        ("web\\node_modules\\x.rs", "vendor_path"),
        ("Cargo.lock", "vendor_path"),
        ("tests/it.rs", "test_file"),
        ("crates\\core\\tests\\it.rs", "test_file"),
        ("test/it.rs", "test_file"),
        ("examples/demo.rs", "example_file"),
        ("a/example/demo.rs", "example_file"),
        ("benches/speed.rs", "bench_file"),
        ("/abs/bench/speed.rs", "bench_file"),
        ("src/tests.rs", None),
        ("src/latest/lib.rs", None),
        ("src/vendored/lib.rs", None),
        ("src/targets/lib.rs", None),
        ("src/workbench/lib.rs", None),
        ("tests", None),
    ],
)
def test_paths_are_judged_by_whole_folder_names(path, expected):
    assert reason(rules(exclude_examples=True), FILLER, path) == expected


@pytest.mark.parametrize("key", ["exclude_vendor", "exclude_tests", "exclude_benches"])
def test_each_path_rule_can_be_switched_off(key):
    path = {"exclude_vendor": "vendor/a.rs", "exclude_tests": "tests/a.rs",
            "exclude_benches": "benches/a.rs"}[key]  # fmt: skip
    assert reason(rules(), FILLER, path) is not None
    assert reason(rules(**{key: False}), FILLER, path) is None


def test_rules_without_a_path_to_look_at_are_reported():
    stage = rules()
    stage(row(FILLER, path=None))
    assert dict(stage.notes) == {
        "rows without a path, so no part of it was seen by: exclude_vendor, exclude_tests,"
        " exclude_benches": 1
    }


@pytest.mark.parametrize(
    ("length", "expected"), [(63, "too_short"), (64, None), (99, None), (100, "too_long")]
)
def test_lengths_are_characters_and_bounds_count_in(length, expected):
    code = "é" * length
    assert reason(rules(min_length=64, max_length=99), code) == expected


MARKED = [
    ("result", "fn f() -> Result<Vec<u8>, E> {}"),
    ("result", "fn f() -> std::io::Result<()>\nwhere\n    T: X,\n{}"),
    ("result", "fn f() -> Result<[u8; 4], E> {}"),
    ("option", "fn f() -> Option<Option<u8>> {}"),
    ("combinator", "fn f() { g().unwrap_or(1); }"),
    ("combinator", "fn f() { g()\n    .map(h)\n    .and_then(i); }"),
    ("derive", "#[derive(Debug)]\nstruct S;"),
    ("trait_impl", "impl<T: Clone> From<T> for Wrapper<T> {}"),
    ("trait_impl", "unsafe impl Send for S {}"),
    ("public", "pub(crate) fn f() {}"),
    ("public", "pub async unsafe fn f() {}"),
    ("todo", "// TODO: later\nfn f() {}"),
    ("print", 'fn f() { println!("x"); }'),
    ("print", "fn f() { dbg!(1); }"),
    ("unsafe", "fn f() { unsafe { g() } }"),
    ("allow", "#![allow(dead_code)]"),
    ("documented", "/// Says what.\nfn f() {}"),
    ("documented", "//! A module.\n"),
    ("documented", "/** Says what. */\nfn f() {}"),
    ("bench_code", "#[bench]\nfn f(b: &mut Bencher) {}"),
]


@pytest.mark.parametrize(("mark", "code"), MARKED)
def test_a_mark_is_seen_by_text_and_by_tree(mark, code):
    assert mark in SCANNER.scan(code) and mark in syntax.marks(code)


UNMARKED = [
    ("result", "type R = Result<u8, E>;"),
    ("combinator", "fn f() { heatmap(1); }"),
    ("trait_impl", "impl S {\n    fn f(&self) { for x in y {} }\n}"),
    ("public", "fn publish() {}"),
    ("todo", 'fn f() { let mastodon = "hackathon"; todo!() }'),
    ("print", '// println!("x")\nfn f() { eprintln!(); }'),
    ("unsafe", "unsafe fn f() {}"),
    ("documented", "// see file:///tmp/x\nfn f() {}"),
    ("documented", "/*** licence ***/\nfn f() {}"),
    ("documented", "//////// art ////////\nfn f() {}"),
    ("documented", 'const X: &str = "/// not a comment";'),
]


@pytest.mark.parametrize(("mark", "code"), UNMARKED)
def test_what_only_looks_like_a_mark_is_none(mark, code):
    assert mark not in SCANNER.scan(code) and mark not in syntax.marks(code)


def test_comments_and_strings_cannot_fool_the_tree():
    code = "/*\nimpl A for B {}\npub fn f() -> Result<u8> {\n#[derive(X)] a.map(b)\n*/\n"
    assert SCANNER.scan(code) & {"trait_impl", "public", "result", "derive"}
    assert syntax.marks(code) == frozenset()
    ask = {"prefer_idiomatic": True}
    assert reason(rules(**ask, score="text"), code) is None
    assert reason(rules(**ask, score="tree"), code) == "not_idiomatic"


def test_where_text_and_tree_differ_is_counted():
    stage = rules(prefer_idiomatic=True, score="both")
    stage(row("/*\n#[derive(X)]\n*/\n"))
    assert stage.notes["mark derive: text only"] == 1
    assert stage.notes["decision: text kept, tree not_idiomatic"] == 1


@pytest.mark.parametrize(
    ("ratio", "expected"), [(0, None), (1, None), (2, None), (2.5, "not_idiomatic")]
)
def test_the_ratio_weighs_idiom_against_low_quality(ratio, expected):
    code = 'pub fn f() -> Option<u8> { println!("x"); None }'  # two marks of idiom, one of low
    stage = rules(prefer_idiomatic=True, idiomatic_quality_ratio=ratio)
    assert reason(stage, code) == expected


def test_without_any_mark_of_idiom_no_ratio_helps():
    stage = rules(prefer_idiomatic=True, idiomatic_quality_ratio=0)
    assert reason(stage, "fn f() {}") == "not_idiomatic"


def test_undocumented_code_is_refused_only_when_asked():
    assert reason(rules(), "pub fn f() {}") is None
    assert reason(rules(prefer_documented=True), "pub fn f() {}") == "no_documentation"


def test_the_first_rule_that_hits_gives_the_reason():
    stage = rules(prefer_idiomatic=True, prefer_documented=True, min_length=64)
    assert reason(stage, "#[test]", "vendor/tests/a.rs") == "vendor_path"
    assert reason(stage, "#[test]", "a.rs") == "test_file"
    assert reason(stage, "x", "a.rs") == "too_short"


def test_patterns_of_the_recipe_refuse_and_count():
    own = {"refuse_patterns": {"generated": "(?i)code generated"},
           "idiomatic_patterns": {"question": r"\?;"}, "prefer_idiomatic": True}  # fmt: skip
    assert reason(rules(**own), "// Code Generated by x") == "recipe_pattern"
    assert reason(rules(**own), "fn f() { g()?; }") is None
    assert reason(rules(**own, low_quality_patterns={"f": "fn f"}), "fn f() { g()?; }") is not None


def test_a_pattern_that_is_none_is_an_error_that_names_it():
    with pytest.raises(OilstoneError, match="odd"):
        rules(refuse_patterns={"odd": "(?<=a)b"})


def test_rows_of_other_languages_pass():
    assert rules(min_length=1000)({"language": "python", "completion": "x"}) is None


def test_an_automaton_that_lacks_memory_changes_no_answer():
    small = Scanner(MARKS, memory=1 << 14)
    codes = [code for _, code in MARKED + UNMARKED] + [FILLER * 20]
    assert [small.scan(code) for code in codes] == [SCANNER.scan(code) for code in codes]
    assert small.fallbacks == len(codes)


def test_a_kept_row_carries_its_quality():
    kept = rules()(row("/// Doc.\npub fn f() -> Option<u8> { None }"))
    assert kept["style"] == "idiomatic"
    assert kept["quality"] == {"idiomatic": 2, "low_quality": 0, "documented": True}
