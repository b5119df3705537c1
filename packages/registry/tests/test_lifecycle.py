"""Gated, promoted, rolled back: legal moves only, and only onto what is proven."""

import pytest
from registry_workshop import GATE

from oilstone_registry import lifecycle
from oilstone_registry.audit import Act
from oilstone_schemas import canonical
from oilstone_schemas.command import CheckFailed

NAMES = list(lifecycle.NEXT)
ILLEGAL = [(a, b) for a in NAMES for b in NAMES if b not in lifecycle.NEXT[a]]


def message(result):
    code, said = result
    return code, said["error"]["message"]


@pytest.mark.parametrize(("before", "after"), ILLEGAL)
def test_an_illegal_move_is_refused(before, after):
    row = {"name": "rust-tiny", "version": "0.1.0", "status": before}
    with pytest.raises(CheckFailed, match=f"is {before} and cannot become {after}"):
        lifecycle.move(None, row, after, Act("ada"), "move")


def test_a_passing_decision_gates_a_version(workshop):
    row = workshop.gated()
    told = (row["status"], row["offline_success_rate"], row["decision"] is not None)
    assert told == ("gated", None, True)


def test_a_gated_version_is_promoted_by_the_decision_that_is_kept(workshop):
    version = workshop.gated()["version"]
    assert workshop.given("promote", f"rust-tiny@{version}")["status"] == "production"


def test_a_kept_decision_may_be_named_by_its_digest(workshop):
    row = workshop.gated()
    promoted = workshop.given("promote", "rust-tiny@0.1.0", "--decision", row["decision"])
    assert promoted["decision"] == row["decision"]


def test_a_failed_decision_is_kept_and_said_so_but_gates_nothing(workshop):
    adapter = workshop.adapter()
    workshop.registered(adapter)
    failed = workshop.decision(adapter, observed=0.5)
    code, why = message(workshop.run("gate", "rust-tiny", "--decision", failed.folder))
    shown = workshop.show()
    last = shown["events"][-1]["action"]
    assert (code, "is failed" in why) == (1, True)
    assert (shown["versions"][0]["status"], last) == ("registered", "refuse")
    assert (workshop.store / failed.digest).is_dir()


def test_a_foreign_decision_gates_nothing(workshop):
    workshop.registered(workshop.adapter())
    foreign = workshop.decision(workshop.adapter("other", "others"))
    code, why = message(workshop.run("gate", "rust-tiny", "--decision", foreign.folder))
    assert (code, "needs a decision about it" in why) == (1, True)


def test_a_decision_by_another_gate_file_than_the_pinned_one_is_refused(workshop):
    workshop.gated()
    workshop.given("gate", "rust-tiny", "--pin", "ab" * 32)
    code, why = message(workshop.run("promote", "rust-tiny@0.1.0"))
    assert (code, "is judged by gate file abababababab" in why) == (1, True)


def test_a_decision_by_the_pinned_gate_file_counts(workshop):
    workshop.gated()
    gates = workshop.given("why", "rust-tiny@0.1.0")["decision"]["gates_digest"]
    workshop.given("gate", "rust-tiny", "--pin", gates)
    assert workshop.given("promote", "rust-tiny@0.1.0")["status"] == "production"


def test_a_stale_generation_is_refused(workshop):
    workshop.production("a")
    workshop.gated("b")
    code, why = message(workshop.run("promote", "rust-tiny@0.2.0", "--generation", 0))
    assert (code, "at generation 1, not 0" in why) == (1, True)


def test_the_generation_that_was_seen_is_accepted(workshop):
    workshop.production("a")
    workshop.gated("b")
    promoted = workshop.given("promote", "rust-tiny@0.2.0", "--generation", 1)
    assert promoted["status"] == "production"


def test_rollback_returns_to_the_version_before(workshop):
    workshop.production("a")
    workshop.production("b")
    back = workshop.given("rollback", "rust-tiny", "--reason", "users complain")
    shown = workshop.show()
    assert (back["version"], shown["production"]["version"]) == ("0.1.0", "0.1.0")
    assert [row["status"] for row in shown["versions"]] == ["production", "retired"]


def test_a_second_rollback_goes_further_back_not_forth(workshop):
    for content in "abc":
        workshop.production(content)
    workshop.given("rollback", "rust-tiny")
    assert workshop.show()["previous"] == "0.1.0"
    assert workshop.given("rollback", "rust-tiny")["version"] == "0.1.0"


def test_there_is_no_rollback_from_the_first_version(workshop):
    workshop.production("a")
    code, why = message(workshop.run("rollback", "rust-tiny"))
    assert (code, "no proven version before" in why) == (1, True)


def test_there_is_no_rollback_without_a_production_version(workshop):
    workshop.registered(workshop.adapter())
    assert workshop.run("rollback", "rust-tiny")[0] == 2


def test_a_rollback_onto_a_tampered_adapter_is_refused_and_changes_nothing(workshop):
    first = workshop.production("a")
    workshop.production("b")
    (workshop.store / first.digest / "adapter_model.safetensors").write_text("weightz")
    before = workshop.show()
    code, why = message(workshop.run("rollback", "rust-tiny"))
    assert (code, "not what it was" in why, workshop.show()) == (1, True, before)


def test_a_stored_manifest_that_was_replaced_by_another_whole_one_is_refused(workshop):
    """Same content, other manifest: it verifies by itself, but it is not what was registered."""
    import shutil

    from oilstone_schemas import canonical, manifest

    adapter = workshop.production("a")
    path = workshop.store / adapter.digest / "manifest.json"
    data = canonical.loads(path.read_bytes()) | {"created_at": "2020-01-01T00:00:00Z"}
    data["seal"] = manifest.seal(data)
    path.write_bytes(canonical.pretty(data))
    code, why = message(workshop.run("verify"))
    assert (code, "not the manifest that was registered" in why) == (1, True)
    shutil.rmtree(workshop.store)


def test_rank_base_model_and_domains_are_read_from_the_adapter(workshop):
    config = '{"r": 16, "base_model_name_or_path": "Qwen/Qwen2.5-Coder-7B"}'
    files = {"adapter_config.json": config}
    adapter = workshop.publish("peft", "adapter", [], files, {"of": "peft"})
    row = workshop.registered(adapter, "--domain", "rust", "--domain", "async")
    told = (row["rank"], row["base_model"], row["domains"])
    assert told == (16, "Qwen/Qwen2.5-Coder-7B", ["rust", "async"])


def waived(workshop, adapter, expires):
    """A decision that passes by a waiver alone, as it was made while that held."""
    from datetime import date, timedelta

    last = date.fromisoformat(expires)
    said = {"owner": "ada", "approver": "bob", "reason": "a known regression"}
    said |= {"granted": str(last - timedelta(days=30)), "expires": expires}
    report = workshop.report("waived", adapter, 0.5)
    gate = GATE | {"waivable": True}
    keys = ("name", "metric", "op", "basis", "rationale")
    found = {key: gate[key] for key in keys} | {"slice": None, "threshold": gate["value"]}
    found |= {"observed": 0.5, "low": None, "high": None, "n": 300, "unscored": 0}
    found |= {"baseline": None, "verdict": "failed", "explanation": "as asked", "waiver": said}
    offered = said | {"gate": gate["name"], "report": report.digest, "state": "used"}
    data = {"adapter": {"digest": adapter.digest}, "report": {"digest": report.digest}}
    data |= {"baselines": {}, "gates": [found], "verdict": "passed", "waivers": [offered]}
    data |= {"as_of": str(last - timedelta(days=1))}
    files = {"decision.json": canonical.pretty(data).decode()}
    return workshop.publish("waived", "decision", [report], files, {"gates": [gate]})


def test_an_expired_waiver_is_refused_with_the_day(workshop):
    adapter = workshop.adapter()
    workshop.registered(adapter)
    decision = waived(workshop, adapter, "2026-01-31")
    code, why = message(workshop.run("promote", "rust-tiny", "--decision", decision.folder))
    assert (code, "expired on 2026-01-31" in why) == (1, True)


def test_a_waiver_that_holds_counts(workshop):
    adapter = workshop.adapter()
    workshop.registered(adapter)
    decision = waived(workshop, adapter, "2999-01-31")
    assert workshop.promoted("rust-tiny", decision)["status"] == "production"
