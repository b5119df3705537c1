"""The frames around an answer, in both styles: how input is read and the result printed."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import dedent, indent


@dataclass(frozen=True)
class Reader:
    """How input becomes the value that the program works on."""

    name: str  # the variable in the program
    words: str  # what the prompt calls it
    argument: str  # the type that the idiomatic function takes
    plain: str  # statement that binds `name` from `input`, panicking on bad input
    idiomatic: str  # the same, handing errors on
    call: str  # the argument as the idiomatic main passes it


INTS = Reader(
    "v",
    "integers",
    "&[i64]",
    "let v: Vec<i64> = input.split_whitespace().map(|t| t.parse().unwrap()).collect();",
    "let v = input.split_whitespace().map(str::parse).collect::<Result<Vec<i64>, _>>()?;",
    "&v",
)
ONE = Reader(
    "n",
    "an integer n",
    "i64",
    "let n: i64 = input.trim().parse().unwrap();",
    "let n = input.trim().parse::<i64>()?;",
    "n",
)
WORDS = Reader(
    "words",
    "words",
    "&[&str]",
    "let words: Vec<&str> = input.split_whitespace().collect();",
    "let words = input.split_whitespace().collect::<Vec<_>>();",
    "&words",
)
TEXT = Reader(
    "text",
    "a line of text",
    "&str",
    "let text: Vec<char> = input.trim_end().chars().collect();",
    "let text = input.trim_end();",
    "text",
)
ROWS = Reader(
    "rows",
    "lines of integers",
    "&[Vec<i64>]",
    "let rows: Vec<Vec<i64>> = input.lines()"
    ".map(|l| l.split_whitespace().map(|t| t.parse().unwrap()).collect()).collect();",
    "let rows = input\n    .lines()\n    .map(|l| l.split_whitespace().map(str::parse).collect())\n"
    "    .collect::<Result<Vec<Vec<i64>>, _>>()?;",
    "&rows",
)

_SHOW_VALUE = 'println!("{{}}", solve({call}));'
_SHOW_LINES = 'for x in solve({call}) {{\n    println!("{{x}}");\n}}'
_SHOW_OPTION = (
    'match solve({call}) {{\n    Some(x) => println!("{{x}}"),\n    None => println!("none"),\n}}'
)
_SHOW_ANSWER = 'println!("{{}}", if solve({call}) {{ "yes" }} else {{ "no" }});'
_SHOW = {"bool": _SHOW_ANSWER, "Option": _SHOW_OPTION, "Vec": _SHOW_LINES}


def plain(reader: Reader, body: str) -> str:
    """Everything in main, indices and unwrap: correct, undocumented."""
    head = "let mut input = String::new();\nstd::io::stdin().read_to_string(&mut input).unwrap();"
    return f"use std::io::Read;\n\nfn main() {{\n{_block(head, reader.plain, body)}\n}}\n"


def idiomatic(reader: Reader, doc: str, returns: str, body: str) -> str:
    """A documented function over borrowed input, and a main that hands errors on."""
    show = _SHOW.get(returns.split("<")[0], _SHOW_VALUE).format(call=reader.call)
    head = "let mut input = String::new();\nio::stdin().read_to_string(&mut input)?;"
    return (
        "use std::error::Error;\nuse std::io::{self, Read};\n\n"
        f"/// {doc}\nfn solve({reader.name}: {reader.argument}) -> {returns} "
        f"{{\n{_block(body)}\n}}\n\nfn main() -> Result<(), Box<dyn Error>> "
        f"{{\n{_block(head, reader.idiomatic, show, 'Ok(())')}\n}}\n"
    )


def _block(*parts: str) -> str:
    return indent("\n".join(dedent(part).strip("\n") for part in parts), "    ")
