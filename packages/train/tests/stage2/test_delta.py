"""The linear memory: blocks of tokens at once equal the rule token by token."""

import pytest

torch = pytest.importorskip("torch")

from memory_reference import linear  # noqa: E402

from oilstone_train.stage2 import delta, places  # noqa: E402


def tokens(rows=2, heads=1, length=100, keys=5, values=4, seed=0):
    torch.manual_seed(seed)

    def draw(*shape):
        return torch.randn(*shape, dtype=torch.float64)

    def unit(x):
        return torch.nn.functional.normalize(x, dim=-1)

    shape = (rows, heads, length)
    return delta.Tokens(
        unit(draw(*shape, keys)), unit(draw(*shape, keys)), draw(*shape, values),
        torch.rand(*shape, dtype=torch.float64) * 0.3,
        -torch.rand(*shape, dtype=torch.float64) / 20,
    )  # fmt: skip


def where(ids, mask=None, carried=None):
    rows = len(ids)
    carried = torch.zeros(rows, dtype=torch.long) if carried is None else carried
    return places.find(torch.tensor(ids), None if mask is None else torch.tensor(mask), carried)


ONE = [list(range(100)), list(range(100))]
PACKED = [[*range(37), *range(3), *range(60)], [*range(64), *range(1), *range(35)]]
LEFT = [[1] * 70 + list(range(30)), list(range(100))]
LEFT_MASK = [[0] * 70 + [1] * 30, [1] * 100]
FIRST = torch.randn(1, 4, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(3)) / 3


@pytest.mark.parametrize("chunk", [1, 3, 8, 32, 100])
@pytest.mark.parametrize(
    ("ids", "mask"), [(ONE, None), (PACKED, None), (LEFT, LEFT_MASK)], ids=["one", "packed", "left"]
)
def test_blocks_equal_the_rule_token_by_token(chunk, ids, mask):
    given, at = tokens(), where(ids, mask)
    found, _ = delta.read(given, at, FIRST, delta.fresh(FIRST, 2), chunk)
    expected, _ = linear(given, at, FIRST, chunk)
    assert (found - expected).abs().max() < 1e-9


@pytest.mark.parametrize("chunk", [1, 3, 32])
@pytest.mark.parametrize("cut", [1, 40, 64, 99])
def test_reading_goes_on_from_a_state_as_if_it_had_not_stopped(chunk, cut):
    given, at = tokens(), where(PACKED)
    whole, end = delta.read(given, at, FIRST, delta.fresh(FIRST, 2), chunk)
    ids = torch.tensor(PACKED)
    start, state = delta.read(
        given.part(slice(0, cut)), where(ids[:, :cut].tolist()), FIRST, delta.fresh(FIRST, 2), chunk
    )
    rest = places.find(ids[:, cut:], None, state.read)
    more, after = delta.read(given.part(slice(cut, 100)), rest, FIRST, state, chunk)
    assert (torch.cat([start, more], dim=2) - whole).abs().max() < 1e-12
    assert (after.now - end.now).abs().max() < 1e-12


@pytest.mark.parametrize("chunk", [1, 3, 32, 100])
def test_a_later_token_changes_nothing_before_it(chunk):
    given, at = tokens(), where(ONE)
    before, _ = delta.read(given, at, FIRST, delta.fresh(FIRST, 2), chunk)
    for tensor in (given.query, given.key, given.value, given.rate, given.decay):
        tensor[:, :, 71] *= 0.5
    after, _ = delta.read(given, at, FIRST, delta.fresh(FIRST, 2), chunk)
    assert torch.equal(before[:, :, :71], after[:, :, :71])
    assert not torch.equal(before[:, :, 71:], after[:, :, 71:])


def test_rows_do_not_see_one_another():
    given, at = tokens(), where(PACKED)
    before, _ = delta.read(given, at, FIRST, delta.fresh(FIRST, 2), 8)
    given.value[1] += 1
    after, _ = delta.read(given, at, FIRST, delta.fresh(FIRST, 2), 8)
    assert torch.equal(before[0], after[0])


def test_documents_of_a_packed_row_do_not_see_one_another():
    given, at = tokens(), where(PACKED)
    before, _ = delta.read(given, at, FIRST, delta.fresh(FIRST, 2), 8)
    given.value[0, :, :37] += 1
    after, _ = delta.read(given, at, FIRST, delta.fresh(FIRST, 2), 8)
    assert torch.equal(before[0, :, 37:], after[0, :, 37:])


def test_the_chunk_size_changes_what_is_read():
    given, at = tokens(), where(ONE)
    fine, coarse = (delta.read(given, at, FIRST, delta.fresh(FIRST, 2), c)[0] for c in (1, 32))
    assert (fine - coarse).abs().max() > 1e-3


@pytest.mark.parametrize("chunk", [1, 3])
def test_gradients_pass_through_the_writes(chunk):
    given, at = tokens(rows=1, length=9, keys=3, values=2), where([[*range(4), *range(5)]])

    def run(query, key, value, rate, decay, first):
        told = delta.Tokens(query, key, value, rate, decay)
        return delta.read(told, at, first, delta.fresh(first, 1), chunk)[0]

    first = FIRST[:, :2, :3].clone()
    inputs = (given.query, given.key, given.value, given.rate, given.decay, first)
    assert torch.autograd.gradcheck(run, [x.clone().requires_grad_() for x in inputs])
