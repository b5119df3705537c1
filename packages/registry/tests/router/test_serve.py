"""The router as its users see it: the installed command in front of stand-in servers."""

import http.client
import json
import socket
import threading
import time

import pytest

from oilstone_registry.router import keys


@pytest.fixture
def production(sqlite):
    sqlite.production("old")
    return sqlite


@pytest.fixture
def tested(production):
    """A production version with a candidate that gets half of the requests."""
    production.tested()
    return production


def arms(front, count, **more):
    """Ask `count` times; return the headers by arm."""
    found = {"control": [], "candidate": []}
    for _ in range(count):
        status, said, _ = front.ask(**more)
        assert status == 200
        found[said["x-arm"]].append(said)
    return found


def test_the_client_names_the_specialist_and_the_router_the_version(halves):
    status, said, answer = halves.ask("rust-tiny")
    assert (status, said["x-specialist"]) == (200, "rust-tiny")
    assert said["x-adapter-version"] in ("rust-tiny@0.1.0", "rust-tiny@0.2.0")
    assert answer["model"].startswith(said["x-adapter-version"] + "-")


def test_a_stream_comes_through_whole(halves):
    status, said, raw = halves.ask(stream=True)
    assert (status, said["content-type"].split(";")[0]) == (200, "text/event-stream")
    events = [line for line in raw.split(b"\n\n") if line]
    assert events[-1] == b"data: [DONE]"
    assert all(json.loads(event[6:])["object"] for event in events[:-1])


def test_both_arms_answer_and_say_which_they_are(halves):
    found = arms(halves, 40)
    assert {said["x-adapter-version"] for said in found["control"]} == {"rust-tiny@0.1.0"}
    assert {said["x-adapter-version"] for said in found["candidate"]} == {"rust-tiny@0.2.0"}
    assert {said["x-experiment"] for arm in found.values() for said in arm} == {"rust-tiny-1"}


def test_an_outcome_counts_once_and_the_first_one_stands(halves):
    assignment = halves.ask()[1]["x-assignment"]
    assert halves.report(1, assignment=assignment) == (200, {"result": "new"})
    assert halves.report(0, assignment=assignment) == (200, {"result": "repeated"})


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"assignment": "v1~a~b"}, "bad_assignment"),
        ({"assignment": 7}, "bad_request"),
        ({"outcome": 2}, "bad_request"),
        ({"outcome": "good"}, "bad_request"),
        ({"kind": "system"}, "bad_request"),
        ({"latency_ms": -1}, "bad_request"),
        ({"surprise": 1}, "bad_request"),
    ],
)
def test_an_outcome_that_cannot_count_is_refused(halves, change, code):
    sent = {"outcome": 1, "assignment": halves.ask()[1]["x-assignment"]} | change
    status, said = halves.report(**sent)
    assert (status, said["error"]["code"]) == (400, code)


def test_a_forged_assignment_is_refused(halves):
    token = halves.ask()[1]["x-assignment"]
    other = "0" if token[-1] != "0" else "1"
    for forged in (token.replace("~0.5~", "~0.6~"), token[:-1] + other):
        status, said = halves.report(1, assignment=forged)
        assert (status, said["error"]["code"]) == (400, "bad_assignment")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"not json", 400, "bad_request"),
        (b"[]", 400, "bad_request"),
        (b"{}", 400, "bad_request"),
        (b'{"model": 5}', 400, "bad_request"),
        (b'{"model": "nobody", "messages": []}', 404, "model_not_found"),
        (b'{"model": "rust-tiny@0.1.0", "messages": []}', 404, "model_not_found"),
        (b'{"model": "http://127.0.0.1:1/", "messages": []}', 404, "model_not_found"),
        (b'{"model": "rust-tiny", "model": "base"}', 400, "bad_request"),
        (b'{"model": "base", "mod\\u0065l": "rust-tiny"}', 400, "bad_request"),
        (b'{"model": "rust-tiny", "x": "' + b"a" * (9 << 20) + b'"}', 413, "too_large"),
    ],
)
def test_what_cannot_be_passed_on_is_refused(halves, body, status, code):
    found, _, said = halves.call("POST", "/v1/chat/completions", body)
    assert (found, json.loads(said)["error"]["code"]) == (status, code)


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("POST", "/v1/chat/completions", "inference"),
        ("POST", "/v1/completions", "inference"),
        ("POST", "/v1/embeddings", "inference"),
        ("GET", "/v1/models", "inference"),
        ("POST", "/v1/outcomes", "outcomes"),
    ],
)
def test_a_key_is_needed_and_one_of_another_scope_gets_403(halves, method, path, scope):
    assert halves.call(method, path, b"{}", scope=None)[0] == 401
    for other in {"inference", "outcomes", "admin"} - {scope}:
        assert halves.call(method, path, b"{}", scope=other)[0] == 403


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET /health HTTP/1.1\r\nx-a: " + b"a" * 40_000 + b"\r\n\r\n", b" 431 "),
        (b"GET /health HTTP/1.1\r\n" + b"x-a: b\r\n" * 2000 + b"\r\n", b" 431 "),
        (b"GET /" + b"a" * 40_000 + b" HTTP/1.1\r\n\r\n", b" 431 "),
        (b"nonsense\r\n\r\n", b" 400 "),
        (b"GET /nothing HTTP/1.1\r\nconnection: close\r\n\r\n", b" 404 "),
        (b"PUT /health HTTP/1.1\r\nconnection: close\r\n\r\n", b" 405 "),
    ],
)
def test_a_head_that_is_too_large_or_wrong_is_refused(halves, head, status):
    with socket.create_connection(("127.0.0.1", halves.port), 10) as connection:
        connection.sendall(head)
        assert status in connection.recv(200)


def test_an_acknowledged_outcome_survives_a_kill(tested, standin, front):
    serve = front(tested, standin.url).ready()
    serve.wait(lambda: "x-arm" in serve.ask()[1])
    for _ in range(20):
        status, said = serve.report(1, assignment=serve.ask()[1]["x-assignment"])
        assert (status, said) == (200, {"result": "new"})
    serve.kill()
    assert tested.given("ab", "status", "rust-tiny")["units"] == 20


def test_a_promotion_takes_effect_within_two_seconds_and_loses_nothing(tested, standin, front):
    serve = front(tested, standin.url).ready()
    serve.wait(lambda: "x-arm" in serve.ask()[1])
    tested.given("ab", "stop", "rust-tiny")
    tested.given("promote", "rust-tiny@0.2.0")
    ends, statuses = time.monotonic() + 2, set()
    while time.monotonic() < ends:
        statuses.add(serve.ask()[0])
    assert statuses == {200}
    assert serve.ask()[1]["x-adapter-version"] == "rust-tiny@0.2.0"


@pytest.mark.parametrize("fault", [{"status": 500}, {"status": 429}])
def test_a_candidate_that_fails_is_covered_and_counted(tested, standin, front, fault):
    serve = front(tested, standin.url).ready()
    serve.wait(lambda: "x-arm" in serve.ask()[1])
    candidate = next(name for name in standin.log["adapters"] if "0.2.0" in name)
    standin.faults({"model": candidate} | fault)
    answers = [serve.ask() for _ in range(12)]
    assert {status for status, _, _ in answers} == {200}
    covered = [said for _, said, _ in answers if "x-failover" in said]
    assert {said["x-failover"] for said in covered} == {"rust-tiny@0.1.0"}
    serve.wait(lambda: tested.given("ab", "status", "rust-tiny")["units"] == len(covered))
    status = tested.given("ab", "status", "rust-tiny")
    assert status["arms"]["candidate"] == {"units": len(covered), "success_rate": 0.0}


def test_a_dead_server_is_passed_over(production, standins, front):
    serve = front(production, *(one.url for one in standins)).ready()
    versions = lambda: serve.get("/status", scope="admin")[1]["specialists"][0]["versions"]  # noqa: E731
    serve.wait(lambda: versions()[0]["ready"] == 2)
    standins[0].kill()
    assert {serve.ask()[0] for _ in range(20)} == {200}
    standins[0].start()


def test_a_stream_that_breaks_off_does_not_end_as_if_it_were_whole(production, standin, front):
    serve = front(production, standin.url).ready()
    standin.faults({"cut_after": 2})
    with pytest.raises(http.client.IncompleteRead) as broken:
        serve.ask(stream=True)
    assert b'"code":"upstream_broken"' in broken.value.partial


def test_that_no_server_answers_is_said(production, standin, front):
    serve = front(production, standin.url).ready()
    standin.kill()
    status, _, said = serve.ask()
    assert status in (502, 503)
    assert said["error"]["code"].startswith("upstream_")
    standin.start()


def test_a_key_that_is_removed_is_refused_soon(production, standin, front):
    serve = front(production, standin.url).ready()
    assert serve.ask()[0] == 200
    keys.remove(serve.file, "inference")
    serve.wait(lambda: serve.ask()[0] == 401)


def test_it_ends_well_and_answers_what_it_had_begun_and_logs_no_key(production, standin, front):
    serve = front(production, standin.url).ready()
    standin.faults({"delay_s": 1.0})
    answers = []
    asking = threading.Thread(target=lambda: answers.append(serve.ask()[0]))
    asking.start()
    serve.wait(lambda: standin.log["asked"])
    assert serve.stop() == 0
    asking.join()
    assert answers == [200]
    assert not any(key in serve.log.read_text() for key in serve.keys.values())


def test_without_keys_it_serves_this_machine_alone(production, command):
    words = ("--registry", production.registry, "--upstream", "http://127.0.0.1:1")
    done = command("serve", *words, "--open", "--host", "0.0.0.0")
    assert done.returncode == 2
    assert "--keys" in done.stderr


def test_a_number_out_of_bounds_is_refused(command):
    done = command("serve", "--upstream", "http://127.0.0.1:1", "--open", "--stall-s", "nan")
    assert (done.returncode, "--stall-s" in done.stderr) == (2, True)
