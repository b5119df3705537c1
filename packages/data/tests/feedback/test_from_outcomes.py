"""`oilstone-data from-outcomes`: consent, somebody else's word, and no secret gets through."""

import json

import pytest

from oilstone_data.from_outcomes import from_outcomes
from oilstone_schemas import artifact, jsonl
from oilstone_schemas.command import OilstoneError

CODE = 'fn main() {\n    println!("3");\n}\n'


def _outcome(number=1, **more):
    row = {
        "experiment": "x",
        "unit_hash": "0123456789abcdef",
        "arm": "candidate",
        "version": "rust@1.0.0",
        "probability": 0.5,
        "time": f"2026-01-05T09:30:{number:02d}Z",
        "request_id": f"req-{number}",
        "outcome": 1.0,
        "kind": "judged",
        "confidence": 0.95,
        "latency_ms": 10.0,
        "consent": True,
        "prompt": f"Print {number} plus {number}.",
        "completion": f"Here it is:\n```rust\n{CODE}```\nDone.",
        **more,
    }
    return {key: value for key, value in row.items() if value is not ...}


@pytest.fixture
def harvest(tmp_path):
    """Make a dataset of outcomes; return the rows, and the reasons of the others."""

    def call(outcomes, *overrides, problems=()):
        path = tmp_path / "outcomes.jsonl"
        lines = [o if isinstance(o, str) else json.dumps(o) for o in outcomes]
        path.write_text("".join(f"{line}\n" for line in lines))
        from_outcomes([path], problems, None, tmp_path / "out", overrides)
        rows = [r for p in ("train", "eval") for r in _read(tmp_path, p)]
        reasons = {r["line"]: r["reason"] for r in _read(tmp_path, "refused")}
        counts = artifact.load(tmp_path / "out", "dataset").counts
        assert counts["read"] == len(outcomes) == len(rows) + len(reasons)
        return rows, reasons

    return call


def _read(tmp_path, part):
    schema = "refused.v1" if part == "refused" else "row.v1"
    return list(jsonl.read(tmp_path / "out" / f"{part}.jsonl", schema))


def test_a_proven_answer_becomes_a_row(harvest):
    (row,), reasons = harvest([_outcome()])
    assert (row["prompt"], row["completion"]) == ("Print 1 plus 1.", CODE)
    assert (
        reasons == {} and row["synthetic"] is True and row["licence"] == "LicenseRef-user-consent"
    )


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"consent": False, "prompt": ..., "completion": ...}, "no_consent"),
        ({"consent": ..., "prompt": ..., "completion": ...}, "no_consent"),
        ({"prompt": ...}, "no_text"),
        ({"kind": "model", "confidence": 1.0}, "own_word"),
        ({"kind": "system"}, "kind"),
        ({"outcome": 0.99}, "unsuccessful"),
        ({"confidence": 0.9}, "unsure"),
        ({"confidence": None}, "unsure"),
        ({"completion": "```python\nprint(3)\n```"}, "other_language"),
        ({"completion": "```rust\na\n```\n```rust\nb\n```"}, "several_programs"),
        ({"completion": "```rust\nfn main() {"}, "no_program"),
        ({"completion": "```rust\n\n```"}, "no_program"),
    ],
)
def test_what_may_not_be_learned_from_is_refused(harvest, more, reason):
    assert harvest([_outcome(**more)]) == ([], {1: reason})


@pytest.mark.parametrize("kind", ["judged", "test", "user"])
def test_a_judge_a_test_and_a_user_are_believed(harvest, kind):
    assert len(harvest([_outcome(kind=kind)])[0]) == 1


def test_no_recipe_lets_the_model_praise_itself(harvest):
    with pytest.raises(OilstoneError, match="model"):
        harvest([_outcome(kind="model")], "kinds=[model]")


def test_text_without_consent_is_malformed_and_not_kept(harvest, tmp_path):
    assert harvest([_outcome(consent=False)]) == ([], {1: "malformed"})
    assert "plus" not in (tmp_path / "out" / "refused.jsonl").read_text()


def test_no_text_of_a_refused_answer_is_kept(harvest, tmp_path):
    harvest([_outcome(kind="model"), _outcome(2, completion="```python\nprint(3)\n```")])
    said = (tmp_path / "out" / "refused.jsonl").read_text()
    assert "plus" not in said and "print" not in said


@pytest.mark.parametrize("line", ["{", "[1]", '{"a": NaN}', '{"a": 1, "a": 2}', "\ufeff{}", ""])
def test_a_broken_line_is_refused_with_its_number(harvest, line):
    rows, reasons = harvest([_outcome(1), line, _outcome(2)], "near=null")
    assert len(rows) == 2 and reasons == {2: "malformed"}


def test_the_first_outcome_of_a_request_counts(harvest):
    good, bad = _outcome(1), _outcome(1, outcome=0.0)
    assert harvest([bad, good]) == ([], {1: "unsuccessful", 2: "repeated_request"})


SECRETS = {
    "key": "AKIA" + "Z7QX3M5N2K4L6P8R",
    "mail": "jane.doe@" + "company-mail.org",
    "token": "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8",
}


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS)
@pytest.mark.parametrize("place", ["prompt", "completion"])
def test_secrets_and_personal_data_are_taken_out(harvest, tmp_path, secret, place):
    text = f"// use {secret} here\n"
    more = {
        "prompt": f"Print 3 {text}",
        "completion": f"```rust\n{text}{CODE}```",
    }
    rows, _ = harvest([_outcome(**{place: more[place]})])
    assert len(rows) == 1
    for path in (tmp_path / "out").iterdir():
        assert secret not in path.read_text()


def test_an_evaluation_problem_is_refused(harvest, made, tmp_path):
    held = made.problem("e", prompt="print 1 PLUS 1")
    made.publish(tmp_path / "eval", "problems", [held])
    found = harvest([_outcome(1), _outcome(2)], "near=null", problems=[tmp_path / "eval"])
    assert found[1] == {1: "evaluation_problem"}


def test_near_duplicates_and_second_answers_to_a_prompt_go(harvest):
    other = _outcome(3, prompt="Print 1 plus 1.", completion="fn main() { let x = 1; }")
    rows, reasons = harvest([_outcome(1), _outcome(2, prompt="Print 1 plus 1."), other])
    assert len(rows) == 1 and reasons == {2: "duplicate", 3: "over_per_prompt"}


def test_an_artifact_is_read_strictly(made, tmp_path):
    made.publish(tmp_path / "outcomes", "outcomes", [{"broken": 1}])
    with pytest.raises(OilstoneError, match=r"outcomes\.jsonl:1"):
        from_outcomes([tmp_path / "outcomes"], [], None, tmp_path / "out", [])


def test_the_command_keeps_the_books_and_is_repeatable(run, made, tmp_path):
    place = made.publish(tmp_path / "outcomes", "outcomes", [_outcome(1), _outcome(2, kind="user")])
    done = run("from-outcomes", place.folder, "--out", tmp_path / "out", "--set", "near=null")
    assert done.returncode == 0 and "2/2 passed" in done.stderr
    assert artifact.verify(tmp_path / "out", deep=True) == []
    again = run("from-outcomes", place.folder, "--out", tmp_path / "out", "--set", "near=null")
    assert "up to date" in again.stderr
