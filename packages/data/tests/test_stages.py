"""The stages that other modules bring, in a build: licences, secrets, evaluation sets, groups."""

import json

import pytest

from oilstone_schemas import artifact, jsonl

KEY = "AKIA" + "QWERTYUIOPASDFGH"
MIT = "SPDX-License-Identifier: MIT"


def programs(count: int) -> list[dict]:
    return [{"completion": f"fn f{i}() -> u32 {{ {i} * {i + 7} }}"} for i in range(count)]


def test_only_rows_under_allowed_terms_stay(foreign):
    pytest.importorskip("license_expression")
    rows = programs(4)
    terms = ("MIT", "GPL-3.0-only", "unknown", "MIT OR GPL-3.0-only")
    for row, licence in zip(rows, terms, strict=True):
        row["licence"] = licence
    source = foreign.lines(rows)
    out = foreign.build(foreign.recipe(source, licence={"allow": ["MIT"]}))
    assert set(foreign.kept(out)) == {"own/1", "own/4"}
    assert set(foreign.refused(out).values()) == {"licence"}


def test_the_licence_of_a_file_is_found_and_an_unknown_one_refuses_it(foreign):
    pytest.importorskip("identify")
    pytest.importorskip("license_expression")
    root = foreign.folder / "repository"
    (root / "deep").mkdir(parents=True)
    (root / "a.rs").write_text(f"// {MIT}\nfn a() {{}}")
    (root / "b.rs").write_text("fn b() {}")
    (root / "deep" / "c.rs").write_text("fn c() {}")
    (root / "deep" / "Cargo.toml").write_text('[package]\nlicense = "Apache-2.0"\n')
    source = {"name": "own", "kind": "folder", "path": "repository", "licence": "detect"}
    kept = foreign.kept(foreign.build(foreign.recipe(source)))
    assert {row["path"]: row["licence"] for row in kept.values()} == {
        "a.rs": "MIT", "deep/c.rs": "Apache-2.0"
    }  # fmt: skip


@pytest.mark.parametrize(("mode", "kept"), [("scrub", 2), ("refuse", 1), ("off", 2)])
def test_secrets_are_scrubbed_or_refused_as_asked(foreign, mode, kept):
    rows = [{"completion": f'const KEY: &str = "{KEY}";'}, *programs(1)]
    out = foreign.build(foreign.recipe(foreign.lines(rows), secrets=mode))
    assert len(foreign.kept(out)) == kept
    texts = json.dumps([row["completion"] for row in foreign.kept(out).values()])
    assert (KEY in texts) == (mode == "off")


def test_rows_that_hold_an_evaluation_item_are_refused_and_the_item_is_named(foreign):
    body = "".join(f"    let v{i} = step_{i}(v{i}, {i});\n" for i in range(12))
    answer = f"fn answer(v0: u32) -> u32 {{\n{body}    v12\n}}\n"
    problem = {
        "id": "secret-1", "language": "rust", "prompt": "Walk the twelve steps in their order.",
        "tests": [], "reference": answer, "domain": "steps", "difficulty": None,
        "licence": "MIT", "source": "eval", "slice": "eval",
    }  # fmt: skip
    jsonl.write(foreign.folder / "held.jsonl", [problem], "problem.v1")
    rows = [{"completion": answer.replace("\n    ", "\n\n\t")}, *programs(3)]
    against = {"against": ["held.jsonl"]}
    out = foreign.build(foreign.recipe(foreign.lines(rows), decontaminate=against))
    (refused,) = foreign.read(out / "refused.jsonl")
    assert refused["id"] == "own/1" and "secret-1" in refused["explanation"]


def test_a_family_keeps_a_clean_command_where_its_first_is_an_evaluation_item(foreign):
    leaked = "find /srv/archive/reports -name '*.csv' -size +12M -newer stamp -exec gzip -9 {} +"
    problem = {
        "id": "secret-1", "language": "shell", "prompt": "Pack the large new reports.",
        "tests": [], "reference": leaked, "domain": "files", "difficulty": None,
        "licence": "MIT", "source": "eval", "slice": "eval",
    }  # fmt: skip
    jsonl.write(foreign.folder / "held.jsonl", [problem], "problem.v1")
    clean = "find . -name x -size 1 -newer y -exec gzip -1 {} +"
    source = {**foreign.lines([{"completion": leaked}, {"completion": clean}]), "language": "shell"}
    keys = {
        "shell": {"severity": None, "per_family": 1},
        "decontaminate": {"against": ["held.jsonl"]},
    }
    out = foreign.build(foreign.recipe(source, **keys))
    assert set(foreign.kept(out)) == {"own/2"}
    assert foreign.refused(out) == {1: "contaminated"}


def test_a_changed_evaluation_set_is_held_against_the_rows_again(foreign):
    problem = {
        "id": "a", "language": "rust", "prompt": "Walk.", "tests": [], "reference": None,
        "domain": "d", "difficulty": None, "licence": "MIT", "source": "e", "slice": "e",
    }  # fmt: skip
    held = foreign.folder / "held.jsonl"
    recipe = foreign.recipe(foreign.lines(programs(2)), decontaminate={"against": ["held.jsonl"]})
    jsonl.write(held, [problem], "problem.v1")
    foreign.build(recipe)
    out = foreign.folder / "out"
    assert "up to date" in foreign.run("build", recipe, "--out", out).stderr
    jsonl.write(held, [{**problem, "prompt": "Run."}], "problem.v1")
    assert "up to date" not in foreign.run("build", recipe, "--out", out).stderr
    assert artifact.verify(out, deep=True, search=[]) == []


def test_groups_that_share_a_near_duplicate_stand_on_one_side(foreign):
    rows = []
    for i in range(60):
        body = " ".join(f"let x{j} = {i * 31 + j} + y{i}_{j};" for j in range(30))
        for k in (0, 1):  # two repositories each, whose first files are near-duplicates
            name = f"r{i}-{k}"
            rows.append({"completion": f"fn a() {{ {body} }} // {k}", "repository": name})
            rows.append({"completion": f"fn own_{i}_{k}() -> u{i} {{ {i * 3 + k} }}",
                         "repository": name})  # fmt: skip
    out = foreign.build(foreign.recipe(foreign.lines(rows), dedup={}))
    sides = {}
    for side in ("train", "eval", "test"):
        for row in foreign.read(out / f"{side}.jsonl"):
            sides.setdefault(row["repository"].partition("-")[0], set()).add(side)
            sides.setdefault(row["group"], set()).add(side)
    assert all(len(found) == 1 for found in sides.values())
    assert len({side for found in sides.values() for side in found}) == 3
