"""Each file has the licence that stands nearest to it, and rows under other terms are refused."""

import textwrap

import pytest

from oilstone_data.licence import UNKNOWN, Allowed, LicenceFilter, Licences, normal
from oilstone_data.licence.texts import licence_of_text
from oilstone_data.stage import Refusal
from oilstone_schemas.command import OilstoneError

LICENSES = pytest.importorskip("identify.vendor.licenses").LICENSES
TEXTS = dict(LICENSES)


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_every_known_text_is_recognised_in_any_layout(name):
    text = f"Copyright (c) 1999 A. Person <a@b.org>\n\n{textwrap.fill(TEXTS[name], 60)}"
    assert licence_of_text(text) == name


@pytest.mark.parametrize("text", ["", "All rights reserved.", "fn main() {}", TEXTS["MIT"][:300]])
def test_another_text_is_no_licence(text):
    assert licence_of_text(text) is None


@pytest.mark.parametrize(
    "text, expected",
    [
        ("mit", "MIT"),
        ("MIT/Apache-2.0", "Apache-2.0 OR MIT"),
        ("GPL-3.0", "GPL-3.0-only"),
        ("Apache-2.0 WITH LLVM-exception", "Apache-2.0 WITH LLVM-exception"),
        ("(MIT OR GPL-2.0) AND ISC", "ISC AND (GPL-2.0-only OR MIT)"),
        ("my own", UNKNOWN),
        ("", UNKNOWN),
        ("((", UNKNOWN),
        ("unknown", UNKNOWN),
    ],
)
def test_expressions_are_written_one_way(text, expected):
    assert normal(text) == expected
    assert normal(normal(text)) == expected


@pytest.mark.parametrize(
    "expression, good",
    [
        ("MIT", True),
        ("mit", True),
        ("GPL-3.0-only", False),
        ("GPL-3.0 OR MIT", True),
        ("GPL-3.0 AND MIT", False),
        ("Apache-2.0 AND MIT", True),
        ("Apache-2.0 WITH LLVM-exception", True),
        ("unknown", False),
        ("what?", False),
    ],
)
def test_a_choice_needs_one_side_and_a_sum_needs_all(expression, good):
    assert (expression in Allowed(["MIT", "Apache-2.0"])) == good


def test_an_allowed_licence_must_be_one_that_spdx_lists():
    with pytest.raises(OilstoneError, match="'BSD' is no licence that SPDX lists"):
        Allowed(["BSD"])


@pytest.fixture
def tree(tmp_path):
    files = {
        "LICENSE": TEXTS["GPL-3.0"],
        "src/a.rs": "",
        "src/own.rs": "// SPDX-License-Identifier: ISC\nfn f() {}",
        "src/odd.rs": "/* SPDX-License-Identifier: what else */",
        "data/LICENSE.txt": TEXTS["MIT"],
        "data/deep/er/b.rs": "",
        "both/LICENSE-MIT": TEXTS["MIT"],
        "both/LICENSE-APACHE": TEXTS["Apache-2.0"],
        "both/c.rs": "",
        "crate/Cargo.toml": '[package]\nlicense = "MIT/Apache-2.0"',
        "crate/src/d.rs": "",
        "python/pyproject.toml": '[project]\nlicense = {text = "BSD-3-Clause"}',
        "python/e.py": "",
        "secret/LICENSE": "You may look at this and do nothing else.",
        "secret/f.rs": "",
        "broken/Cargo.toml": "[package",
        "broken/g.rs": "",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.mark.parametrize(
    "path, licence",
    [
        ("src/a.rs", "GPL-3.0-only"),
        ("src/own.rs", "ISC"),
        ("src/odd.rs", UNKNOWN),
        ("data/deep/er/b.rs", "MIT"),
        ("both/c.rs", "Apache-2.0 OR MIT"),
        ("crate/src/d.rs", "Apache-2.0 OR MIT"),
        ("python/e.py", "BSD-3-Clause"),
        ("secret/f.rs", UNKNOWN),
        ("broken/g.rs", "GPL-3.0-only"),
    ],
)
def test_the_header_decides_and_then_the_nearest_folder(tree, path, licence):
    assert Licences(tree).of(path, (tree / path).read_text()) == licence


def test_nothing_said_is_unknown(tmp_path):
    assert Licences(tmp_path).of("a.rs", "fn main() {}") == UNKNOWN


def test_rows_under_other_terms_are_refused():
    stage = LicenceFilter(["MIT"])
    assert stage({"licence": "MIT OR GPL-3.0-only"}) is None
    refusal = Refusal("licence", "GPL-3.0-only is not among what is allowed")
    assert stage({"licence": "GPL-3.0-only"}) == refusal


def test_unknown_is_refused_unless_it_is_allowed():
    assert LicenceFilter()({"licence": UNKNOWN}) is not None
    assert LicenceFilter()({"licence": "GPL-3.0-only"}) is None
    assert LicenceFilter(["MIT", UNKNOWN])({"licence": UNKNOWN}) is None
