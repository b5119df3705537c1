"""What an adapter answered at its registration is what it must answer on every server."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standins import routing, until

from oilstone_registry.router import probes
from oilstone_registry.router.probes import Fingerprint, Said
from oilstone_registry.router.state import State
from oilstone_schemas.command import OilstoneError

ONE, OTHER = Said(["a", " b"], [-0.1, -0.2]), Said(["a", " c"], [-0.1, -0.9])


@pytest.fixture
def taken(sqlite, standin):
    """A production version whose fingerprint was taken from a server."""
    adapter = sqlite.adapter("old", "old")
    sqlite.registered(adapter, "--fingerprint", standin.url)
    sqlite.promoted("rust-tiny", sqlite.decision(adapter))
    return sqlite


def proof(workshop, standin):
    """What becomes of the production version on a server: its state and why."""

    async def run():
        async with routing(workshop, standin) as router:
            [replica], [adapter] = router.fleet.replicas, router.snapshot.wanted
            states = (State.READY, State.REFUSED)
            now = await until(lambda: _in(replica.served.get(adapter.served), states))
            return now.state, now.reason

    return asyncio.run(run())


def _in(now, states):
    return now if now is not None and now.state in states else None


def test_the_adapter_that_was_registered_is_proved(taken, standin):
    assert proof(taken, standin) == (
        State.READY,
        "differs from the base model and answers as when it was registered",
    )


def test_another_adapter_under_its_name_is_refused(taken, standin):
    other = taken.adapter("other", "other")
    standin.faults({"serves": str(other.folder)})
    state, why = proof(taken, standin)
    assert (state, "does not answer as this adapter did" in why) == (State.REFUSED, True)


def test_without_a_fingerprint_the_page_says_so(sqlite, standin):
    sqlite.production("old")
    state, why = proof(sqlite, standin)
    assert (state, "no fingerprint was registered" in why) == (State.READY, True)


def test_taking_a_fingerprint_leaves_nothing_on_the_server(taken, standin):
    assert standin.log["adapters"] == []


def test_a_server_that_serves_the_base_gives_no_fingerprint(sqlite, standin):
    standin.faults({"serves": "base"})
    words = ("register", sqlite.adapter().folder, "--name", "rust-tiny")
    code, said = sqlite.run(*words, "--fingerprint", standin.url)
    assert (code, "as the base model does" in said["error"]["message"]) == (1, True)


def test_what_a_version_is_registered_as_gets_no_fingerprint_later(sqlite, standin):
    adapter = sqlite.adapter()
    sqlite.registered(adapter)
    words = ("register", adapter.folder, "--name", "rust-tiny")
    code, said = sqlite.run(*words, "--fingerprint", standin.url)
    assert (code, "never changes" in said["error"]["message"]) == (2, True)


def test_a_fingerprint_survives_the_registry():
    before = Fingerprint(["p", "q"], [ONE, OTHER])
    assert probes.kept({"fingerprint": before.data()}) == before


def test_details_that_only_look_like_a_fingerprint_are_refused():
    with pytest.raises(OilstoneError, match="cannot be read"):
        probes.kept({"fingerprint": {"probes": [1]}})


def test_noise_of_the_server_is_no_difference_from_the_base():
    again = ONE._replace(logprobs=[-0.1, -0.21])
    nearly = ONE._replace(logprobs=[-0.1, -0.22])
    assert "as the base model does" in probes.problem([nearly], [ONE], [again], None)
    assert probes.problem([nearly], [ONE], [ONE], None) is None


answers = st.builds(
    lambda pairs: Said([token for token, _ in pairs], [logprob for _, logprob in pairs]),
    st.lists(st.tuples(st.sampled_from("abc"), st.floats(-9, 0)), max_size=6),
)


@given(one=answers, other=answers)
def test_a_distance_is_symmetric_bounded_and_none_for_the_same(one, other):
    assert probes.distance(one, one) == 0
    assert probes.distance(one, other) == probes.distance(other, one)
    assert 0 <= probes.distance(one, other) <= 2
