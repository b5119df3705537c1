"""lint, power and mutate, as installed."""

import json

import pytest


def test_lint_exits_0_on_a_sound_set(command):
    done = command("lint", "seed-004")
    assert (done.returncode, "a true 0.33 passes 15.9%" in done.stdout) == (0, True)


def test_lint_exits_1_on_a_gate_that_cannot_fail(command, workshop, gate):
    done = command("lint", workshop.gates(gate(value=0)), "--json")
    kinds = [remark["kind"] for remark in json.loads(done.stdout)["remarks"]]
    assert (done.returncode, kinds) == (1, ["error"])


def test_power_answers_for_truths_and_counts(command):
    words = ("--gate", "pass-at-1", "--truth", "0.33", "0.4", "--n", "164", "500", "--json")
    found = json.loads(command("power", "seed-004", *words).stdout)["gates"][0]
    assert [(row["truth"], row["n"]) for row in found["passes"]] == [
        (0.33, 164),
        (0.33, 500),
        (0.4, 164),
        (0.4, 500),
    ]


def test_power_of_a_gate_that_is_not_there_names_those_that_are(command):
    done = command("power", "seed-004", "--gate", "speed")
    assert (done.returncode, "known: pass-at-1, improvement" in done.stderr) == (2, True)


@pytest.mark.parametrize(("change", "code"), [({}, 0), ({"on_nan": "pass"}, 1)])
def test_mutate_exits_1_when_a_mutant_lives(command, workshop, gate, change, code):
    assert command("mutate", workshop.gates(gate(unit="share", **change))).returncode == code


def test_mutate_takes_a_report_that_passes(command, workshop, gate, record, verdict):
    problems = workshop.problems(["family-1"])
    records = {"compile_rate": record(0.9)}
    report = workshop.report("r", problems, {"family-1": verdict()}, metrics=records)
    done = command("mutate", workshop.gates(gate()), "--report", report.folder)
    assert (done.returncode, done.stdout) == (0, "6 of 6 mutants killed\n")


def test_mutate_refuses_a_report_that_fails_already(command, workshop, gate, record, verdict):
    problems = workshop.problems(["family-1"])
    records = {"compile_rate": record(0.5)}
    report = workshop.report("r", problems, {"family-1": verdict()}, metrics=records)
    done = command("mutate", workshop.gates(gate()), "--report", report.folder)
    assert (done.returncode, "mutate a report that passes" in done.stderr) == (2, True)


def test_a_set_that_is_not_there_is_refused(command):
    assert command("lint", "seed-999").returncode == 2
