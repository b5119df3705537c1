"""The store under many hands."""

from concurrent.futures import ThreadPoolExecutor

from oilstone_registry.store import Store


def test_many_who_keep_at_once_do_not_sweep_each_others_work_away(sqlite):
    made = [sqlite.adapter(f"a{number}", f"a{number}") for number in range(40)]
    store = Store(str(sqlite.store))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(store.keep, made))
    assert all(store.require(one.digest).is_dir() for one in made)
    assert not list(sqlite.store.glob(".*.partial"))


def test_the_same_kept_by_many_at_once_is_there_once(sqlite):
    made, store = sqlite.adapter(), Store(str(sqlite.store))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: store.keep(made), range(16)))
    assert [path.name for path in sqlite.store.glob("[0-9a-f]*")] == [made.digest]
