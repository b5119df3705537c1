"""oilstone-registry promote: nothing unproven gets through."""

import json
import shutil

import pytest

from oilstone_schemas import artifact, canonical


@pytest.fixture
def adapter(workshop):
    """A registered adapter."""
    made = workshop.adapter()
    workshop.registered(made)
    return made


def refused(workshop, result):
    """The code and the reason; nothing may have become production."""
    assert workshop.show()["production"] is None
    code, said = result
    assert said["error"]["code"] == code
    return code, said["error"]["message"]


def test_with_a_passing_decision_show_tells_the_production_version(workshop, adapter):
    decision = workshop.decision(adapter)
    words = ("promote", "rust-tiny@0.1.0", "--decision", decision.folder)
    assert workshop.installed(*words)[0] == 0
    production = workshop.show()["production"]
    told = (production["version"], production["digest"], production["decision"])
    assert told == ("0.1.0", adapter.digest, decision.digest)


def test_without_a_decision_it_is_wrong_use(workshop, adapter):
    code, why = refused(workshop, workshop.installed("promote", "rust-tiny@0.1.0"))
    assert (code, "add --decision DIR" in why) == (2, True)


def test_a_failed_decision_is_refused_with_the_gates_that_failed(workshop, adapter):
    failed = workshop.decision(adapter, observed=0.5)
    code, why = refused(workshop, workshop.promote("rust-tiny", failed))
    assert (code, why.endswith("is failed: compiles")) == (1, True)


@pytest.mark.parametrize("reference", ["rust-tiny", "rust-tiny@0.1.0"])
def test_another_adapters_decision_is_refused(workshop, adapter, reference):
    foreign = workshop.decision(workshop.adapter("other", "others"))
    code, why = refused(workshop, workshop.promote(reference, foreign))
    assert (code, "refused" in why) == (1, True)


def test_a_decision_about_no_adapter_is_refused(workshop, adapter):
    base = workshop.decision(None)
    code, why = refused(workshop, workshop.promote("rust-tiny@0.1.0", base))
    assert (code, "is about no adapter" in why) == (1, True)


@pytest.mark.parametrize("file", ["decision.json", "manifest.json"])
def test_a_tampered_decision_is_refused(workshop, adapter, file):
    decision = workshop.decision(adapter, observed=0.5)
    path = decision.folder / file
    path.write_bytes(path.read_bytes().replace(b"0.5", b"0.9", 1).replace(b"0", b"1", 1))
    code, why = refused(workshop, workshop.promote("rust-tiny", decision))
    assert (code, str(path) in why) == (1, True)


def test_a_forged_decision_that_is_sealed_but_does_not_follow_is_refused(workshop, adapter):
    forged = workshop.decision(adapter, observed=0.5, verdict="passed")
    code, why = refused(workshop, workshop.promote("rust-tiny", forged))
    assert (code, "contradicts itself" in why) == (1, True)


@pytest.mark.parametrize("verb", ["promote", "gate"])
def test_a_forged_decision_whose_numbers_are_not_its_reports_is_refused(workshop, adapter, verb):
    """Numbers, verdict and every hash agree: only the report knows better."""
    forged = workshop.decision(adapter, observed=0.95, reported=0.5)
    words = (verb, "rust-tiny", "--decision", forged.folder)
    code, why = refused(workshop, workshop.run(*words))
    assert (code, "observed of gate 'compiles' is 0.5, not 0.95" in why) == (1, True)


def test_a_decision_relabelled_to_another_adapter_is_refused(workshop, adapter):
    other = workshop.decision(workshop.adapter("other", "others"), name="good")
    files = {"decision.json": (other.folder / "decision.json").read_text()}
    about = {"adapter": {"digest": adapter.digest}}
    files["decision.json"] = canonical.pretty(json.loads(files["decision.json"]) | about).decode()
    report = artifact.load(workshop.root / "report-good")
    forged = workshop.publish("forged", "decision", [report], files, other.recipe)
    code, why = refused(workshop, workshop.promote("rust-tiny", forged))
    assert (code, "is about adapter" in why) == (1, True)


def test_a_decision_whose_report_is_gone_is_promoted_on_its_own_word(workshop, adapter):
    decision = workshop.decision(adapter)
    shutil.rmtree(workshop.root / "report-decision")
    assert workshop.promote("rust-tiny", decision)[0] == 0


def test_a_stored_adapter_that_is_not_what_it_was_is_refused(workshop, adapter):
    kept = workshop.store / adapter.digest / "adapter_model.safetensors"
    kept.write_text("weightz")
    code, why = refused(workshop, workshop.promote("rust-tiny", workshop.decision(adapter)))
    assert (code, str(kept) in why) == (1, True)


def test_a_version_that_is_not_there_is_wrong_use_and_the_others_are_named(workshop, adapter):
    result = workshop.promote("rust-tiny@0.7.0", workshop.decision(adapter))
    code, why = refused(workshop, result)
    assert (code, "0.1.0" in why) == (2, True)


def test_a_folder_that_is_no_decision_is_wrong_use(workshop, adapter):
    code, why = refused(workshop, workshop.promote("rust-tiny", adapter))
    assert (code, "oilstone-gates check" in why) == (2, True)


def test_a_version_may_be_named_by_the_beginning_of_its_digest(workshop, adapter):
    reference = f"rust-tiny@{adapter.digest[:8]}"
    assert workshop.promote(reference, workshop.decision(adapter))[0] == 0


def test_promoting_again_changes_nothing(workshop, adapter):
    decision = workshop.decision(adapter)
    workshop.promoted("rust-tiny", decision)
    before = workshop.show()
    code, said = workshop.promote("rust-tiny", decision)
    assert (code, said["changed"], workshop.show()) == (0, False, before)


def test_a_newer_decision_about_the_production_version_confirms_it(workshop, adapter):
    workshop.promoted("rust-tiny", workshop.decision(adapter))
    newer = workshop.decision(adapter, observed=0.99, name="newer")
    workshop.promoted("rust-tiny", newer)
    assert workshop.show()["production"]["decision"] == newer.digest


@pytest.fixture
def three(workshop):
    """Three versions, promoted one after the other; their references and decisions."""
    made = []
    for content in "abc":
        adapter = workshop.adapter(content, content)
        workshop.registered(adapter)
        made.append(workshop.decision(adapter, name=f"decision-{content}"))
        workshop.promoted("rust-tiny", made[-1])
    return made


def statuses(workshop):
    return [row["status"] for row in workshop.show()["versions"]]


def test_the_versions_before_are_retired_and_the_last_is_remembered(workshop, three):
    assert (statuses(workshop), workshop.show()["previous"]) == (
        ["retired", "retired", "production"],
        "0.2.0",
    )


def test_a_retired_version_can_be_promoted_back(workshop, three):
    workshop.promoted("rust-tiny@0.1.0", three[0])
    assert statuses(workshop) == ["production", "retired", "retired"]


def test_every_promotion_is_a_generation(workshop, three):
    assert workshop.show()["generation"] == 3
