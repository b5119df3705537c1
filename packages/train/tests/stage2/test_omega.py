"""The Omega rule: the delta rule over every token's window equals the rule spelled out."""

import pytest

torch = pytest.importorskip("torch")

from memory_reference import linear  # noqa: E402
from test_delta import FIRST, LEFT, LEFT_MASK, ONE, PACKED, tokens, where  # noqa: E402

from oilstone_train.stage2 import delta, omega  # noqa: E402


def read(given, at, window, chunk, state=None, before=None):
    if before is None:
        rows, heads, _, size = given.key.shape
        before = given.key.new_zeros(rows, heads, window - 1, size + given.value.shape[-1] + 1)
        state = delta.fresh(FIRST, rows)
    wide, places, written = omega.spread(given, at, window, before)
    found, after = delta.read(wide, places, FIRST, state, chunk * window)
    return found[:, :, window - 1 :: window], after, written


@pytest.mark.parametrize("window", [1, 2, 5])
@pytest.mark.parametrize("chunk", [1, 3, 32, 100])
@pytest.mark.parametrize(
    ("ids", "mask"), [(ONE, None), (PACKED, None), (LEFT, LEFT_MASK)], ids=["one", "packed", "left"]
)
def test_it_equals_the_rule_token_by_token(window, chunk, ids, mask):
    given, at = tokens(), where(ids, mask)
    expected, _ = linear(given, at, FIRST, chunk, window=window)
    assert (
        read(given, at, window, chunk)[0] * at.valid[:, None, :, None] - expected
    ).abs().max() < 1e-9


@pytest.mark.parametrize("cut", [1, 40, 64, 99])
def test_it_goes_on_from_what_was_carried_as_if_it_had_not_stopped(cut):
    given, ids = tokens(), torch.tensor(PACKED)
    whole, end, _ = read(given, where(PACKED), 3, 4)
    first, state, before = read(given.part(slice(0, cut)), where(ids[:, :cut].tolist()), 3, 4)
    at = where(ids[:, cut:].tolist(), carried=state.read // 3)
    rest, after, _ = read(given.part(slice(cut, 100)), at, 3, 4, state, before)
    assert (torch.cat([first, rest], dim=2) - whole).abs().max() < 1e-12
    assert (after.now - end.now).abs().max() < 1e-12


def test_a_window_changes_what_is_read():
    given, at = tokens(), where(ONE)
    assert (read(given, at, 4, 1)[0] - read(given, at, 1, 1)[0]).abs().max() > 1e-3
