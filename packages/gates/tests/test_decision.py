"""Who reads a decision gets one that verifies and follows from its own numbers, or none."""

import pytest

from oilstone_gates.decision import FILE, read
from oilstone_schemas import artifact, canonical
from oilstone_schemas.command import CheckFailed


@pytest.fixture
def decision(workshop, gate, record, verdict):
    """A failed decision."""
    problems = workshop.problems(["family-1"])
    metrics = {"compile_rate": record(0.5)}
    report = workshop.report("r", problems, {"family-1": verdict()}, metrics=metrics)
    workshop.check(workshop.gates(gate()), report)
    return artifact.load(workshop.root / "decision")


@pytest.fixture
def republished(workshop, decision):
    """The decision, changed and sealed again by somebody who knows how manifests are made."""

    def make(change):
        data = canonical.loads((decision.folder / FILE).read_bytes())
        change(data)
        report = artifact.load(decision.folder.parent / "report/r")
        return workshop.republish(decision, {FILE: canonical.pretty(data)}, report)

    return make


def test_a_decision_reads_back(decision):
    assert read(decision.folder).verdict == "failed"


def test_a_changed_byte_is_refused(decision):
    path = decision.folder / FILE
    path.write_bytes(path.read_bytes().replace(b'"failed"', b'"passed"'))
    with pytest.raises(CheckFailed, match=r"decision\.json: not what it was"):
        read(decision.folder)


def _pass_the_gate(data):
    data["gates"][0]["verdict"] = "passed"
    data["verdict"] = "passed"


def _lower_the_threshold(data):
    _pass_the_gate(data)
    data["gates"][0]["threshold"] = 0.1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_pass_the_gate, "gate 'compiles' is passed, but the value of compile_rate is 0.5"),
        (_lower_the_threshold, "not those of the gate file"),
        (lambda data: data.update(verdict="passed"), "does not follow from its gates"),
        (lambda data: data["gates"][0].update(severity="info"), "not those of the gate file"),
        (lambda data: data["report"].update(digest="a" * 64), "not the inputs"),
    ],
)
def test_a_decision_that_contradicts_itself_is_refused(republished, change, said):
    with pytest.raises(CheckFailed, match=said):
        read(republished(change))
