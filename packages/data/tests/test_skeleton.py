"""What the abstraction of names and constants keeps, and what it drops."""

import pytest

from oilstone_data.world.rust.skeleton import skeleton

ONE = 'fn main() { let total = 3; if total > 2 { println!("{}", total * 10); } }'


@pytest.mark.parametrize(
    "other",
    [
        ONE.replace("total", "sum"),
        ONE.replace("3", "412").replace("10", "0x1f_u8"),
        ONE.replace('"{}"', '"other {}"'),
        ONE.replace("let", "// a comment\n/* and\nanother */ let"),
        ONE.replace(" ", "\n    "),
    ],
)
def test_names_constants_comments_and_layout_do_not_count(other):
    assert skeleton(other) == skeleton(ONE)


@pytest.mark.parametrize(
    "other", [ONE.replace(">", ">="), ONE.replace("if", "while"), ONE.replace("* 10", "* total")]
)
def test_operators_keywords_and_operands_count(other):
    assert skeleton(other) != skeleton(ONE)


def test_a_comment_mark_in_a_string_hides_nothing():
    assert skeleton('let a = "// x"; f(a);') == skeleton('let a = "y"; f(a);')
