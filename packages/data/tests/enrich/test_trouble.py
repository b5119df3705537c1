"""A server that misbehaves: nothing that was answered is lost, and exit 3 says how to go on."""

import os
import signal
import subprocess
import time

import pytest

from oilstone_data.enrich.enrich import enrich
from oilstone_data.enrich.retry import backoff, retry_after, worth_repeating
from oilstone_data.ledger import Ledger
from oilstone_schemas import artifact
from oilstone_schemas.command import MissingTool


@pytest.fixture
def made(data, recipe, tmp_path):
    def call(endpoint=(), **settings):
        return enrich(recipe(endpoint, **settings), data, tmp_path / "out", None, [])

    return call


@pytest.mark.parametrize("happening", [429, 500, 502, 503, "truncated", "closed", "odd"])
def test_what_may_pass_is_tried_again(made, server, happening):
    server.script = {0: happening, 3: happening}
    assert made()["counts"]["refused"] == 0 and len(server.seen) == 7 + 2


def test_a_time_out_is_tried_again(made, server):
    server.script = {0: "slow"}
    assert made({"timeout_seconds": 0.3})["counts"]["refused"] == 0 and len(server.seen) == 8


def test_retry_after_is_heeded_by_all(made, server):
    server.script = {0: (429, {"Retry-After": "0.4"})}
    made({"concurrency": 1})
    assert server.times[1] - server.times[0] >= 0.4


def test_a_wrong_request_is_asked_once_and_its_row_refused(made, server):
    server.script = {0: 400}
    assert made()["counts"]["refused"] == 1 and len(server.seen) == 7


def test_a_dead_endpoint_ends_with_3_and_loses_nothing_paid_for(made, server, tmp_path):
    server.die_after = 4
    with pytest.raises(MissingTool, match="run the same command again") as error:
        made({"attempts": 2, "give_up_after": 2})
    assert error.value.code == 3 and "4 answers are kept" in str(error.value)
    assert len(Ledger(tmp_path / "out.answers.jsonl")) == 4
    server.die_after, asked = None, len(server.seen)
    assert made()["answers"] == 7 and len(server.seen) - asked == 3


def test_a_dead_endpoint_is_not_asked_for_every_row(made, server):
    server.die_after = 0
    with pytest.raises(MissingTool):
        made({"attempts": 2, "give_up_after": 1, "concurrency": 1})
    assert len(server.seen) == 2


def test_nothing_listening_ends_with_3(made, server, recipe):
    with pytest.raises(MissingTool, match="ConnectError"):
        made({"base_url": "http://127.0.0.1:9/v1", "attempts": 1})


@pytest.mark.parametrize("status", [401, 403])
def test_a_key_that_is_not_accepted_ends_at_once_and_is_not_shown(
    made, server, status, monkeypatch
):
    monkeypatch.setenv("ENRICH_KEY", "sk-do-not-tell")
    server.script = dict.fromkeys(range(9), status)
    with pytest.raises(MissingTool, match="ENRICH_KEY") as error:
        made({"api_key_env": "ENRICH_KEY", "concurrency": 1})
    assert len(server.seen) == 1 and "do-not-tell" not in str(error.value)


def test_a_server_that_echoes_the_key_does_not_get_it_into_the_books(
    made, server, monkeypatch, tmp_path
):
    monkeypatch.setenv("ENRICH_KEY", "sk-do-not-tell")
    server.script = {0: 400}
    made({"api_key_env": "ENRICH_KEY"})
    said = (tmp_path / "out" / "refused.jsonl").read_text()
    assert "***" in said and "do-not-tell" not in said


def test_one_request_that_never_works_stops_or_refuses_as_asked(made, server):
    def answer(prompt):
        if "and 3." in prompt:
            raise ConnectionError
        return good(prompt)

    good, server.answer = server.answer, answer
    with pytest.raises(MissingTool, match="unanswered=refuse"):
        made({"attempts": 2})
    assert made({"attempts": 2, "unanswered": "refuse"})["counts"]["refused"] == 1


def test_money_that_runs_out_stops_before_the_next_request(made, server):
    price = {"completion_per_million": 20_000, "limit": 3}  # an answer costs 1
    with pytest.raises(MissingTool, match=r"price\.limit"):
        made({"concurrency": 1}, traces={}, price=price)
    assert len(server.seen) == 3


def test_killed_and_run_again_nothing_is_asked_twice(data, recipe, server, tmp_path):
    server.delay = 0.1
    words = ["enrich", recipe({"concurrency": 1}), "--data", data, "--out", tmp_path / "out"]
    command = ["oilstone-data", *map(str, words)]
    child = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    answers = tmp_path / "out.answers.jsonl"
    while not answers.exists() or answers.read_bytes().count(b"\n") < 3:
        assert child.poll() is None
        time.sleep(0.01)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    kept, asked = len(Ledger(answers)), len(server.seen)
    assert subprocess.run(command, capture_output=True).returncode == 0
    assert len(server.seen) == asked + 7 - kept and asked - kept <= 1
    assert artifact.load(tmp_path / "out").counts["train"] == 6


def test_a_line_that_was_cut_off_is_skipped_and_the_next_is_whole(tmp_path):
    path = tmp_path / "ledger.jsonl"
    Ledger(path).put({"a": 1, "b": 2})
    path.write_bytes(path.read_bytes()[:-5])
    Ledger(path).put({"c": 3})
    again = Ledger(path)
    assert [again.get(key) for key in "abc"] == [1, None, 3]


@pytest.mark.parametrize("status", [400, 401, 404, 413, 422])
def test_wrong_requests_are_not_worth_repeating(status):
    assert not worth_repeating(status)


def test_the_wait_doubles_up_to_its_limit():
    for attempt, most in enumerate([1, 2, 4, 8, 10, 10]):
        assert most / 2 <= backoff(attempt, 1, 10) <= most


@pytest.mark.parametrize(
    ("given", "seconds"),
    [("7", 7.0), ("0.5", 0.5), ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0), ("soon", None), ("", None)],
)
def test_retry_after_may_be_seconds_or_a_date(given, seconds):
    assert retry_after({"retry-after": given}) == seconds
