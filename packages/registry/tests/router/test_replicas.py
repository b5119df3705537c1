"""What servers have loaded follows the registry, and only what is proved gets traffic."""

import asyncio

import pytest
from standins import routing, until

from oilstone_registry.router.state import State


def served(router, label):
    """The served name of a version such as rust-tiny@0.1.0."""
    return next(one.served for one in router.snapshot.wanted if one.label == label)


def state(router, replica, name):
    return getattr(router.fleet.replicas[replica].served.get(name), "state", None)


def play(workshop, *standins, scene, **settings):
    """Run a scene, a coroutine on a router that keeps these servers."""

    async def run():
        async with routing(workshop, *standins, **settings) as router:
            return await scene(router)

    return asyncio.run(run())


@pytest.fixture
def production(sqlite):
    sqlite.production("old")
    return sqlite


def test_every_server_loads_the_production_version_under_a_name_of_its_content(
    production, standins
):
    async def scene(router):
        name = served(router, "rust-tiny@0.1.0")
        await until(lambda: len(router.fleet.ready.get(name, ())) == 2)
        return name, router.snapshot.wanted[0].digest

    name, digest = play(production, *standins, scene=scene)
    assert name == f"rust-tiny@0.1.0-{digest[:8]}"
    assert [one.log["adapters"] for one in standins] == [[name], [name]]


def test_a_candidate_is_there_before_it_is_promoted(production, standin):
    production.gated("new")

    async def scene(router):
        await until(lambda: len(router.fleet.ready) == 2)

    play(production, standin, scene=scene)
    assert [name[:15] for name in standin.log["loads"]] == ["rust-tiny@0.1.0", "rust-tiny@0.2.0"]


def test_an_adapter_that_is_listed_but_not_applied_gets_no_traffic_and_it_is_said_why(
    production, standins
):
    standins[0].faults({"serves": "base"})

    async def scene(router):
        name = served(router, "rust-tiny@0.1.0")
        await until(lambda: state(router, 0, name) is State.REFUSED)
        await until(lambda: name in router.fleet.ready)
        reason = router.fleet.replicas[0].served[name].reason
        return [one.url for one in router.fleet.ready[name]], reason

    ready, reason = play(production, *standins, scene=scene)
    assert ready == [standins[1].url]
    assert "answers as the base model does" in reason
    assert standins[0].log["adapters"] == []


def test_a_server_that_recovers_gets_traffic_again(production, standin):
    standin.faults({"load_status": 500})

    async def scene(router):
        name = served(router, "rust-tiny@0.1.0")
        await until(lambda: state(router, 0, name) is State.REFUSED)
        why = router.fleet.replicas[0].served[name].reason
        standin.faults()
        await until(lambda: state(router, 0, name) is State.READY)
        return why

    assert "failed with 500" in play(production, standin, scene=scene)


def test_a_restarted_server_is_given_its_adapters_again(production, standin):
    async def scene(router):
        name = served(router, "rust-tiny@0.1.0")
        await until(lambda: state(router, 0, name) is State.READY)
        standin.kill()
        await until(lambda: state(router, 0, name) is State.LOADING)
        standin.start()
        await until(lambda: state(router, 0, name) is State.READY)
        return name

    name = play(production, standin, scene=scene)
    assert standin.log["adapters"] == [name]


def test_an_adapter_is_unloaded_only_when_nothing_is_being_answered_by_it(production, standin):
    production.tested()

    async def scene(router):
        name = served(router, "rust-tiny@0.2.0")
        await until(lambda: state(router, 0, name) is State.READY)
        replica = router.fleet.replicas[0]
        replica.enter(name)
        router.adopt(_without(router.snapshot, name))
        await asyncio.sleep(0.5)
        kept = name in standin.log["adapters"]
        replica.leave(name)
        router.changed.set()
        await until(lambda: name not in standin.log["adapters"])
        return kept, name in router.fleet.ready

    assert play(production, standin, scene=scene) == (True, False)


def _without(snapshot, name):
    from dataclasses import replace

    return replace(snapshot, wanted=[one for one in snapshot.wanted if one.served != name])


def test_a_copy_that_was_changed_in_the_store_is_not_loaded(production, standin):
    digest = production.show()["production"]["digest"]
    (production.store / digest / "adapter_model.safetensors").write_text("evil")

    async def scene(router):
        name = served(router, "rust-tiny@0.1.0")
        await until(lambda: state(router, 0, name) is State.REFUSED)
        return router.fleet.replicas[0].served[name].reason

    assert "adapter_model.safetensors" in play(production, standin, scene=scene)
    assert standin.log["loads"] == []


def test_no_more_adapters_are_loaded_than_a_server_may_hold(production, standin):
    production.gated("new")

    async def scene(router):
        await until(lambda: router.fleet.ready)
        await asyncio.sleep(0.3)

    play(production, standin, scene=scene, max_adapters=1)
    assert len(standin.log["adapters"]) == 1
