"""Waivers: bound to a report, short, approved by somebody else, and always accounted for."""

import json
from xml.etree import ElementTree as etree

import pytest
import yaml

from oilstone_gates import evidence, gatefile
from oilstone_gates.check import check as decide
from oilstone_gates.decision import FILE, read
from oilstone_gates.waivers import load
from oilstone_schemas import canonical
from oilstone_schemas.command import CheckFailed, OilstoneError


@pytest.fixture
def report(workshop, record, verdict):
    """A report with compile_rate 0.9."""
    problems = workshop.problems(["family-1"])
    metrics = {"compile_rate": record(0.9)}
    return workshop.report("r", problems, {"family-1": verdict()}, metrics=metrics)


@pytest.fixture
def waiver(report):
    def make(**changes):
        said = {
            "gate": "compiles",
            "report": report.digest,
            "owner": "ada",
            "approver": "grace",
            "reason": "The next version mends it.",
            "granted": "2026-11-01",
            "expires": "2026-12-01",
        }
        return said | changes

    return make


@pytest.fixture
def check(workshop, report, gate):
    """Check a failing gate with waivers; return (whether it passed, decision)."""

    def run(*offered, **changes):
        gates = gatefile.load(workshop.gates(gate(**{"value": 0.95, **changes})))
        seen = evidence.gather(gates, report.folder, {}, None, [])
        path = workshop.root / "waivers.yaml"
        path.write_text(yaml.safe_dump({"waivers": list(offered)}, sort_keys=False))
        decided, _ = decide(gates, seen, workshop.root / "decision", load(path), "2026-11-20")
        return decided.passed, decided.data

    return run


def state(decision):
    return decision["waivers"][0]["state"]


def test_a_waiver_excuses_a_failing_gate(check, waiver):
    passed, decision = check(waiver())
    assert (passed, decision["gates"][0]["verdict"], state(decision)) == (True, "failed", "used")


def test_what_is_waived_names_who_answers_for_it(check, waiver):
    _, decision = check(waiver(ticket="T-1"))
    said = decision["gates"][0]["waiver"]
    assert (said["owner"], said["approver"], said["ticket"], said["expires"]) == (
        "ada",
        "grace",
        "T-1",
        "2026-12-01",
    )


@pytest.mark.parametrize(
    ("change", "becomes"),
    [
        ({"granted": "2026-10-01", "expires": "2026-11-19"}, "expired"),
        ({"granted": "2026-11-21", "expires": "2026-11-30"}, "expired"),
        ({"report": "a" * 64}, "foreign"),
        ({"gate": "no such gate"}, "foreign"),
    ],
)
def test_a_waiver_for_another_day_report_or_gate_excuses_nothing(check, waiver, change, becomes):
    passed, decision = check(waiver(**change))
    assert (passed, decision["verdict"], state(decision)) == (False, "failed", becomes)


def test_a_waiver_holds_on_its_last_day(check, waiver):
    assert check(waiver(granted="2026-11-01", expires="2026-11-20"))[0]


def test_a_gate_that_may_not_be_waived_is_not(check, waiver):
    passed, decision = check(waiver(), waivable=False)
    assert (passed, state(decision)) == (False, "refused")


def test_a_waiver_of_a_passing_gate_is_reported_as_unused(check, waiver):
    passed, decision = check(waiver(), value=0.5)
    assert (passed, state(decision), "waiver" in decision["gates"][0]) == (True, "unused", False)


def test_too_little_data_is_not_waived(check, waiver):
    passed, decision = check(waiver(), min_n=301)
    assert (passed, state(decision)) == (False, "unused")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"approver": " Ada "}, "may not approve"),
        ({"expires": "2027-01-31"}, "at most 90 days"),
        ({"expires": "2026-10-31"}, "at most 90 days"),
        ({"expires": "2026-11-31"}, "YYYY-MM-DD"),
        ({"reason": ""}, "reason"),
    ],
)
def test_what_is_no_waiver_is_refused(workshop, waiver, change, said):
    path = workshop.root / "waivers.yaml"
    path.write_text(yaml.safe_dump({"waivers": [waiver(**change)]}))
    with pytest.raises(OilstoneError, match=said):
        load(path)


def test_a_waiver_is_named_by_the_gates_id(check, waiver):
    assert check(waiver(gate="G-1"), id="G-1")[0]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda data: data["waivers"][0].update(expires="2026-11-19"), "is used, but it is exp"),
        (lambda data: data["waivers"][0].update(approver="ada"), "may not approve"),
        (lambda data: data.update(waivers=[]), "excused by another waiver"),
        (lambda data: data["waivers"][0].update(report="a" * 64), "but it is foreign"),
    ],
)
def test_a_decision_with_a_forged_waiver_is_refused(workshop, check, waiver, report, change, said):
    check(waiver())
    decision = read(workshop.root / "decision").manifest
    data = canonical.loads((decision.folder / FILE).read_bytes())
    change(data)
    out = workshop.republish(decision, {FILE: canonical.pretty(data)}, report)
    with pytest.raises(CheckFailed, match=said):
        read(out)


def test_junit_skips_what_is_waived_and_fails_what_is_not(workshop, check, waiver):
    for offered, tag in ([waiver()], "skipped"), ([], "failure"):
        check(*offered)
        suite = etree.parse(workshop.root / "decision" / "junit.xml").getroot()
        assert suite[0][0].tag == tag


def test_markdown_tells_the_waiver_and_its_reason(workshop, check, waiver):
    check(waiver())
    text = (workshop.root / "decision" / "decision.md").read_text()
    assert "Waiver of compiles, used: The next version mends it. (owner ada, approved" in text


def test_the_same_check_gives_the_same_bytes(workshop, check, waiver):
    kept = []
    for _ in range(2):
        check(waiver())
        folder = workshop.root / "decision"
        names = sorted(path.name for path in folder.iterdir())
        kept.append({n: (folder / n).read_bytes() for n in names if n != "manifest.json"})
        folder.rename(workshop.root / f"kept{len(kept)}")
    assert kept[0] == kept[1] and set(kept[0]) == {FILE, "decision.md", "junit.xml"}


def test_the_command_takes_waivers(workshop, report, gate, waiver):
    path = workshop.root / "waivers.yaml"
    path.write_text(yaml.safe_dump({"waivers": [waiver()]}))
    gates = workshop.gates(gate(value=0.95))
    codes = [
        workshop.check(gates, report, "--waivers", path, "--as-of", day)[0]
        for day in ("2026-11-20", "2026-12-02")
    ]
    assert codes == [0, 1]


def test_without_waivers_a_decision_names_no_day(workshop, report, gate):
    _, result = workshop.check(workshop.gates(gate()), report)
    assert "as_of" not in json.dumps(result)
