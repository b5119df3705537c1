"""Style marks are read from the tree: comments and strings earn nothing."""

import pytest

from oilstone_data.quality import marks, signals


@pytest.mark.parametrize(
    ("mark", "program"),
    [
        ("result", "fn f() -> Result<Vec<u8>, String> { Ok(vec![]) }"),
        ("result", "fn f() -> std::io::Result<()> { Ok(()) }"),
        ("option", "fn f() -> Option<u8> { None }"),
        ("combinator", "fn f() { g().unwrap_or(1); }"),
        ("derive", "#[derive(Debug)]\nstruct S;"),
        ("trait_impl", "impl<T> Clone for S<T> { fn clone(&self) -> Self { S } }"),
        ("public", "pub fn f() {}"),
        ("todo", "// TODO: later\nfn f() {}"),
        ("print", 'fn f() { println!("x"); }'),
        ("unsafe", "fn f() { unsafe { g() } }"),
        ("allow", "#[allow(dead_code)]\nfn f() {}"),
        ("documented", "/// Says what.\nfn f() {}"),
        ("documented", "//! About all.\nfn f() {}"),
        ("documented", "/** Says what. */\nfn f() {}"),
    ],
)
def test_a_mark_is_seen(mark, program):
    assert mark in set(marks(program))


@pytest.mark.parametrize(
    "form", ["// {}\nfn f() {{}}", "/* {} */ fn f() {{}}", 'fn f() {{ g("{}"); }}']
)
def test_idioms_in_comments_and_strings_earn_nothing(form):
    said = "pub fn f() -> Result<A, B> { x.map(y) } #[derive(X)] impl A for B /// doc"
    assert signals(form.format(said)) == {"idiomatic": 0, "low_quality": 0, "documented": False}


@pytest.mark.parametrize("program", ['fn f() { g("file:///x"); }', "//// rule\nfn f() {}"])
def test_what_only_looks_like_a_doc_comment_is_none(program):
    assert not signals(program)["documented"]
