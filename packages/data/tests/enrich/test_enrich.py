"""`oilstone-data enrich` and a server that behaves: what is asked, kept, counted, refused."""

import json

import pytest

from oilstone_data.enrich.enrich import enrich
from oilstone_schemas import artifact, jsonl
from oilstone_schemas.command import MissingTool, OilstoneError


@pytest.fixture
def made(data, recipe, tmp_path):
    """Enrich; return the result, the rows by split, and the reasons of what was refused."""

    def call(endpoint=(), **settings):
        out = tmp_path / "out"
        result = enrich(recipe(endpoint, **settings), data, out, None, [])
        names = ("train", "eval", "test")
        rows = {name: list(jsonl.read(out / f"{name}.jsonl", "row.v1")) for name in names}
        reasons = [r["reason"] for r in jsonl.read(out / "refused.jsonl", "refused.v1")]
        assert result["counts"]["read"] == sum(map(len, rows.values())) + len(reasons)
        assert artifact.verify(out, deep=True) == []
        return result, rows, reasons

    return call


def test_a_trace_is_kept_without_the_solution_it_ends_in(made):
    _, rows, reasons = made()
    first = rows["train"][0]
    assert reasons == [] and first["synthetic"] is True
    assert first["reasoning"].startswith("We read") and "print(" not in first["reasoning"]


def test_the_held_out_rows_stay_as_they_are(made, data):
    _, rows, _ = made()
    assert rows["test"] == list(jsonl.read(data / "test.jsonl"))


def test_tokens_and_cost_are_counted(made):
    prices = {"prompt_per_million": 2, "completion_per_million": 10}
    result, _, _ = made(traces={}, price=prices)
    assert (result["answers"], result["prompt_tokens"]) == (7, 700)
    assert result["cost"] == pytest.approx(7 * (100 * 2 + 50 * 10) / 1e6)


def _block(prompt):
    return "\n\n" + prompt[prompt.index("```") :]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (lambda prompt: "", "trace_empty"),
        (lambda prompt: "So. " + _block(prompt), "trace_too_short"),
        (
            lambda prompt: "We do what it says. " * 9 + "\n```python\nprint(0)\n```",
            "trace_other_solution",
        ),
        (lambda prompt: "We do what it says. " * 9, "trace_other_solution"),
        (
            lambda prompt: "我们先读题然后求和。" * 20 + _block(prompt),
            "trace_language",
        ),
        (
            lambda prompt: "lorem ipsum dolor amet " * 9 + _block(prompt),
            "trace_language",
        ),
    ],
)
def test_a_trace_that_fails_a_check_refuses_its_row(made, server, answer, reason):
    server.answer = answer
    _, rows, reasons = made()
    assert rows["train"] == [] and set(reasons) == {reason}


def test_a_trace_cut_off_at_the_token_limit_is_refused(made, server):
    server.finish = "length"
    assert set(made()[2]) == {"trace_cut_off"}


def test_a_row_may_stay_without_a_trace(made, server, data):
    server.answer = lambda prompt: ""
    _, rows, reasons = made(traces={"required": False})
    assert reasons == [] and rows["train"] == list(jsonl.read(data / "train.jsonl"))


def _reworded(prompt):
    return (
        "Take the sum of the list, add " + prompt.rsplit("and ", 1)[1].rstrip(".") + ", print it."
    )


def test_a_paraphrase_is_a_further_row_of_the_same_group(made, server):
    server.answer = _reworded
    _, rows, _ = made(paraphrases={})
    new = [row for row in rows["train"] if row.get("synthetic")]
    assert len(new) == 6 and len(rows["eval"]) == 1
    assert {row["derived_from"]: row["group"] for row in new} == {
        f"r{i}": f"g{i}" for i in range(6)
    }
    assert all(row["completion"].startswith("print(") for row in new)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (lambda prompt: prompt.splitlines()[-1], "duplicate"),
        (lambda prompt: "Print the sum of it.", "paraphrase_lossy"),
        (lambda prompt: " ", "paraphrase_empty"),
        (lambda prompt: "求和 0 1 2 3 4 5", "paraphrase_language"),
    ],
)
def test_a_bad_paraphrase_is_refused(made, server, answer, reason):
    server.answer = answer
    _, rows, reasons = made(paraphrases={})
    assert len(rows["train"]) == 6 and set(reasons) == {reason}


def test_the_same_paraphrase_twice_is_kept_once(made, server):
    server.answer = _reworded
    _, rows, reasons = made(paraphrases={"per_row": 2})
    assert len(rows["train"]) == 12 and reasons == ["duplicate"] * 6


def test_a_paraphrase_that_is_a_held_out_prompt_is_refused(made, server):
    server.answer = lambda prompt: "Print the sum of the list and 7."
    _, _, reasons = made(paraphrases={"near": 0.5, "language": None})
    assert set(reasons) <= {"duplicate", "near_duplicate", "paraphrase_lossy"} and len(reasons) == 6


def test_only_the_first_rows_are_asked_about(made, server):
    _, rows, _ = made(traces={}, max_rows=2)
    assert len(server.seen) == 3 and len(rows["train"]) == 6


def test_a_second_run_is_up_to_date_and_asks_nothing(made, server):
    made()
    asked = len(server.seen)
    assert made()[0]["up_to_date"] and len(server.seen) == asked


def test_another_recipe_pays_only_for_what_is_new(made, server):
    made(traces={})
    made(traces={"min_characters": 1}, paraphrases={"language": None})
    assert len(server.seen) == 7 + 6


def test_not_more_requests_at_a_time_than_asked(made, server):
    server.delay = 0.03
    made({"concurrency": 3})
    assert server.busiest == 3


def test_not_more_requests_a_minute_than_asked(made, server):
    made({"requests_per_minute": 1200, "concurrency": 7})
    gaps = [later - first for first, later in zip(server.times, server.times[1:], strict=False)]
    assert server.times[-1] - server.times[0] >= 6 * 0.05 * 0.9, gaps


def test_the_same_answers_give_the_same_dataset_wherever_they_came_from(made, tmp_path):
    first = made({"concurrency": 1})[0]["digest"]
    (tmp_path / "out").rename(tmp_path / "first")
    assert made({"concurrency": 7, "timeout_seconds": 9})[0]["digest"] == first


def test_the_key_is_sent_and_written_nowhere(made, server, tmp_path, monkeypatch):
    monkeypatch.setenv("ENRICH_KEY", "sk-do-not-tell")
    made({"api_key_env": "ENRICH_KEY"})
    assert server.headers[0]["Authorization"] == "Bearer sk-do-not-tell"
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not [path for path in files if b"do-not-tell" in path.read_bytes()]


def test_a_key_that_is_not_set_is_named(made, monkeypatch):
    monkeypatch.delenv("ENRICH_KEY", raising=False)
    with pytest.raises(MissingTool, match="ENRICH_KEY"):
        made({"api_key_env": "ENRICH_KEY"})


def test_a_template_that_no_row_can_fill_is_wrong_use(made, server):
    with pytest.raises(OilstoneError, match="solution"):
        made(traces={"prompt": "Explain {solution}"})
    assert server.seen == []


def test_the_command_says_what_it_did(run, data, recipe, tmp_path):
    done = run("enrich", recipe(), "--data", data, "--out", tmp_path / "out", "--json")
    assert done.returncode == 0, done.stderr
    assert "8/8 passed" in done.stderr and json.loads(done.stdout)["counts"]["train"] == 6
