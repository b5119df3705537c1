"""Q-K projection: blocks of tokens equal the sum over keys, token by token."""

import pytest

torch = pytest.importorskip("torch")

from test_delta import LEFT, LEFT_MASK, ONE, PACKED, tokens, where  # noqa: E402

from oilstone_train.stage2 import projection  # noqa: E402

SETTINGS = {"decay": 0.9, "persistent": 0.1}


def project(given, at, before=None, read=None):
    rows, heads, _, size = given.key.shape
    before = given.key.new_zeros(rows, heads, size, size) if before is None else before
    read = torch.zeros(rows, dtype=torch.long) if read is None else read
    return projection.project(given.query, given.key, at, SETTINGS, before, read)


def one_by_one(given, at):
    out = torch.zeros_like(given.query)
    for row in range(len(given.query)):
        seen, document = torch.zeros(5, 5, dtype=torch.float64), 0
        for t in range(given.query.shape[2]):
            if not at.valid[row, t]:
                continue
            if int(at.document[row, t]) != document:
                seen, document = torch.zeros_like(seen), int(at.document[row, t])
            key, query = given.key[row, 0, t], given.query[row, 0, t]
            seen = 0.9 * seen + torch.outer(key, key)
            turned = 0.1 * query + seen @ query
            out[row, 0, t] = turned / turned.norm()
    return out


@pytest.mark.parametrize(
    ("ids", "mask"), [(ONE, None), (PACKED, None), (LEFT, LEFT_MASK)], ids=["one", "packed", "left"]
)
def test_it_equals_the_sum_token_by_token(ids, mask):
    given, at = tokens(), where(ids, mask)
    found = project(given, at)[0] * at.valid[:, None, :, None]
    assert (found - one_by_one(given, at)).abs().max() < 1e-12


@pytest.mark.parametrize("cut", [1, 40, 64, 99])
def test_it_goes_on_from_what_was_carried_as_if_it_had_not_stopped(cut):
    given, ids = tokens(), torch.tensor(PACKED)
    whole, end = project(given, where(PACKED))
    start = where(ids[:, :cut].tolist())
    first, before = project(given.part(slice(0, cut)), start)
    read = start.position[:, -1] + 1
    at = where(ids[:, cut:].tolist(), carried=read)
    rest, after = project(given.part(slice(cut, 100)), at, before, read)
    assert (torch.cat([first, rest], dim=2) - whole).abs().max() < 1e-12
    assert (after - end).abs().max() < 1e-12


def test_a_later_key_changes_no_query_before_it():
    given, at = tokens(), where(ONE)
    before = project(given, at)[0]
    given.key[:, :, 71] *= 0.5
    after = project(given, at)[0]
    assert torch.equal(before[:, :, :71], after[:, :, :71])
    assert not torch.equal(before[:, :, 71:], after[:, :, 71:])
