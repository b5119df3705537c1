import pytest

from oilstone_eval.judges.rust import axes, seed
from oilstone_eval.judges.rust.style import style
from oilstone_eval.judges.rust.tree import parse

PLAIN = """use std::io::Read;

fn main() {
    let mut input = String::new();
    std::io::stdin().read_to_string(&mut input).unwrap();
    let mut numbers: Vec<i64> = Vec::new();
    for word in input.split_whitespace() {
        numbers.push(word.parse().unwrap());
    }
    let mut total = 0;
    for i in 0..numbers.len() {
        total += numbers[i];
    }
    println!("{}", total);
}
"""
IDIOMATIC = """/// The sum, if there is anything to add.
fn total(numbers: &[i64]) -> Option<i64> {
    if numbers.is_empty() { None } else { Some(numbers.iter().sum()) }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let input = std::io::read_to_string(std::io::stdin())?;
    let numbers = input.split_whitespace().map(str::parse).collect::<Result<Vec<i64>, _>>()?;
    println!("{}", total(&numbers).unwrap_or(0));
    Ok(())
}
"""
MAIN = "fn main() {{\n{}\n}}\n"


def test_a_program_of_comments_scores_nothing() -> None:
    text = "".join(f"// {line}\n" for line in IDIOMATIC.splitlines())
    assert style(text).idiomatic == 0


def test_a_program_that_does_not_parse_scores_nothing() -> None:
    assert style(IDIOMATIC + "fn f( {").idiomatic == 0


def test_a_program_without_a_function_body_scores_nothing() -> None:
    assert style("fn main() {}\nfn f(a: &[u8]) -> Option<u8>;").idiomatic == 0


def test_code_in_a_string_gains_nothing() -> None:
    literal = 'let s = "x.iter().map(|x| x?).unwrap_or(3)"; println!("{}", s);'
    assert style(MAIN.format(literal)) == style(MAIN.format('println!("{}", 1);'))


def test_code_in_a_comment_gains_nothing() -> None:
    commented = PLAIN.replace("let mut total", "/* x.iter().map(f)?; */ let mut total")
    assert style(commented) == style(PLAIN)


def test_idiomatic_beats_plain() -> None:
    assert style(PLAIN).idiomatic < 0.2 < 0.9 < style(IDIOMATIC).idiomatic


@pytest.mark.parametrize("line", range(len(IDIOMATIC.splitlines())))
def test_a_comment_changes_no_score(line: int) -> None:
    lines = IDIOMATIC.splitlines()
    lines.insert(line, "// x.iter().for_each(drop); panic!()")
    assert style("\n".join(lines)).idiomatic == style(IDIOMATIC).idiomatic


@pytest.mark.parametrize(
    ("body", "score"),
    [
        ("let a: Vec<i32> = v.iter().map(f).filter(g).collect();", 1.0),
        ("while i < 3 { i += 1; }", 0.0),
        ("for i in 0..v.len() { t += v[i]; }", 0.0),
        ("for i in (0..n).rev() { t += v[i + 1]; }", 0.5),
        ("for x in v { out.push(x); }", 0.0),
        ("v.iter().sum::<i32>(); while i < 3 { i += 1; }", 0.5),
        ('println!("{}", v.iter().sum::<i32>());', 1.0),
        ("while let Some(x) = stack.pop() { f(x); }", None),
        ("for i in 0..10 { f(i); }", None),
        ("let m = a.max(b);", None),
        ("v.push(1);", None),
    ],
)
def test_iteration_weighs_chains_against_loops(body: str, score: float | None) -> None:
    assert axes.iteration(parse(MAIN.format(body))) == score


def test_a_chain_counts_once_however_long() -> None:
    body = "v.iter().map(f).map(g).map(h).sum::<i32>(); while i < 3 { i += 1; }"
    assert axes.iteration(parse(MAIN.format(body))) == 0.5


@pytest.mark.parametrize(
    ("body", "score"),
    [
        ("let x = f()?;", 1.0),
        ("let x = f().unwrap();", 0.0),
        ('let x = f().expect("x");', 0.0),
        ('panic!("x");', 0.0),
        ("let x = f()?; let y = g().unwrap();", 0.5),
        ("match f() { Ok(x) => x, Err(e) => e };", 1.0),
        ("if let Some(x) = f() { g(x); }", 1.0),
        ("let Some(x) = f() else { return; };", 1.0),
        ("let x = f().unwrap_or_default();", 1.0),
        ("match x { 1 => 2, _ => 3 };", 0.0),
        ("let x = 1;", 0.0),
    ],
)
def test_errors_weigh_handling_against_panics(body: str, score: float) -> None:
    assert axes.errors(parse(MAIN.format(body))) == score


@pytest.mark.parametrize(
    ("others", "score"),
    [("", 0.0), ("fn f() { g(); }", 1.0), ("fn f() {}", 0.0), ("fn f() { g(); }\n" * 3, 1.0)],
)
def test_structure_wants_functions_that_do_something(others: str, score: float) -> None:
    assert axes.structure(parse(MAIN.format("f();") + others)) == score


@pytest.mark.parametrize(
    ("signature", "score"),
    [
        ("(a: &[i64]) -> i64", 1.0),
        ("(a: &str) -> usize", 1.0),
        ("(a: &mut [i64])", 1.0),
        ("(a: i64) -> Option<i64>", 1.0),
        ("(a: i64) -> std::io::Result<()>", 1.0),
        ("(a: impl Iterator<Item = i64>) -> i64", 1.0),
        ("(a: &Vec<i64>) -> i64", 0.0),
        ("(a: &String) -> i64", 0.0),
        ("(a: Vec<i64>) -> i64", 0.0),
        ("(a: Vec<i64>) -> Option<i64>", 0.5),
        ("(a: i64) -> i64", None),
    ],
)
def test_types_weigh_slices_and_options(signature: str, score: float | None) -> None:
    assert axes.types(parse(f"fn f{signature} {{ g() }}\nfn main() {{ f(); }}")) == score


def test_types_of_main_alone_are_nothing() -> None:
    assert axes.types(parse(MAIN.format("f();"))) == 0


@pytest.mark.parametrize(
    ("before", "documented"),
    [
        ("/// Starts.\n", True),
        ("/** Starts. */\n", True),
        ("/// Starts.\n#[inline]\n// why\n", True),
        ("// Starts.\n", False),
        ("//// Starts.\n", False),
        ("///\n", False),
        ("//! A program.\n", True),
        ("", False),
        ('const URL: &str = "file:///x";\n', False),
    ],
)
def test_documented_means_attached_to_an_item(before: str, documented: bool) -> None:
    assert style(f"{before}fn main() {{ f(); }}\n").documented is documented


def test_a_doc_comment_on_a_statement_is_none() -> None:
    assert not style(MAIN.format("/// here\nlet x = 1;")).documented


def test_a_doc_comment_at_the_end_is_attached_to_nothing() -> None:
    assert not style(MAIN.format("f();") + "/// the end\n").documented


def test_a_documented_method_counts() -> None:
    assert style("struct S;\nimpl S {\n/// Does.\nfn f(&self) { g(); }\n}").documented


@pytest.mark.parametrize(
    ("code", "rate"),
    [
        ("/// Does.\npub fn f() { g(); }\npub fn g() {}", 0.5),
        ("/// Is.\npub struct S;\nimpl S {\n/// Does.\npub fn f(&self) { g(); }\n}", 1.0),
        ("/// Not public.\nfn f() { g(); }\npub(crate) fn g() {}", None),
        ("// no doc\npub fn f() { g(); }", 0.0),
        ('#[doc = "Does."]\n#[inline]\npub fn f() { g(); }', 1.0),
        ('pub const URL: &str = "/// no";\nfn f() { g(); }', 0.0),
        ("///\npub fn f() { g(); }", 0.0),
    ],
)
def test_the_public_doc_rate_counts_public_items(code: str, rate: float | None) -> None:
    assert style(code).public_doc_rate == rate


def test_the_reference_scores_are_fooled_by_a_comment() -> None:
    comment = (
        "// Result<T> Option<T> x? .map() #[derive()] impl A for B match x { if let\nfn main() {}"
    )
    assert seed.scores(comment)["seed_idiomatic"] == 1.0
    assert style(comment).idiomatic == 0.0


def test_prompt_match_is_the_share_of_long_words_that_the_code_mentions() -> None:
    assert seed.prompt_match("sum the numbers", "fn f(numbers: &[i64])") == pytest.approx(1 / 3)
