"""Perplexity against what transformers computes, and retention through lm-eval itself."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oilstone_eval import perplexity
from oilstone_eval.cli import main
from oilstone_schemas.command import OilstoneError

torch = pytest.importorskip("torch", reason="NO PERPLEXITY IS TESTED: torch is not here")
TEXT = 'fn main() { let Ω = vec![1, 2, 3]; println!("{:?}", Ω); }\n' * 8
PLAIN = {"quantization": "none", "device": "cpu", "system_prompt": ""}


@settings(max_examples=40)
@given(st.integers(1, 400), st.integers(2, 90), st.data())
def test_windows_score_every_token_but_the_first_once(tokens: int, window: int, data: Any) -> None:
    stride = data.draw(st.integers(1, window - 1))
    spans = list(perplexity.windows(tokens, window, stride))
    scored = [token for _, end, first in spans for token in range(first, end)]
    assert scored == list(range(1, tokens))
    assert all(end - start <= window and start < first for start, end, first in spans)


@settings(max_examples=40)
@given(st.integers(50, 400), st.integers(2, 40), st.data())
def test_every_token_sees_what_the_stride_promises(tokens: int, window: int, data: Any) -> None:
    stride = data.draw(st.integers(1, window - 1))
    for start, _, first in perplexity.windows(tokens, window, stride):
        assert first - start >= min(window - stride, first)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, craft_once: SimpleNamespace) -> Path:
    """A base and an adapter over it, in plain folders."""
    made = tmp_path_factory.mktemp("model")
    craft_once.save_model(made / "base")
    craft_once.save_adapter(made / "adapter", made / "base")
    (made / "text.txt").write_text(TEXT)
    return made


@pytest.fixture(scope="module")
def model(folder: Path) -> Any:
    from oilstone_eval.generate import model, subject

    return model.load(subject.without_prompt(folder / "base", None, PLAIN), PLAIN, 0)


def test_one_window_is_transformers_own_loss(model: Any) -> None:
    text = TEXT[:200]
    ids = torch.tensor([model.tokenizer(text)["input_ids"]])
    with torch.inference_mode():
        expected = model.network(input_ids=ids, labels=ids).loss.item()
    found = perplexity.summary(perplexity.measure(model, text, 256, 128))
    assert found["nats_per_token"] == pytest.approx(expected, rel=1e-5)
    assert found["perplexity"] == pytest.approx(math.exp(expected), rel=1e-5)


def test_windows_in_batches_are_windows_by_themselves(
    model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    together = perplexity.measure(model, TEXT, 64, 40)
    monkeypatch.setattr(perplexity, "BATCH", 1)
    singly = perplexity.measure(model, TEXT, 64, 40)
    assert together.nats == pytest.approx(singly.nats, rel=1e-4)


def test_bits_per_byte_count_bytes(model: Any) -> None:
    """The tokenizer knows bytes, so bits per byte are bits per token; Ω is two."""
    found = perplexity.summary(perplexity.measure(model, TEXT, 100, 50))
    assert found["scored_bytes"] == len(TEXT.encode()) - 1 == found["scored_tokens"]
    assert found["bits_per_byte"] == pytest.approx(found["nats_per_token"] / math.log(2))


def test_the_interval_holds_the_value(model: Any) -> None:
    found = perplexity.summary(perplexity.measure(model, TEXT, 64, 32))
    assert found["low"] < found["perplexity"] < found["high"]


@pytest.mark.parametrize(("window", "stride"), [(64, 0), (64, 64), (1, 1), (257, 8)])
def test_windows_that_make_no_sense_are_refused(model: Any, window: int, stride: int) -> None:
    with pytest.raises(OilstoneError, match="stride < window"):
        perplexity.measure(model, TEXT, window, stride)


def test_nothing_to_predict_is_bad_input(model: Any) -> None:
    with pytest.raises(OilstoneError, match="fewer than two tokens"):
        perplexity.measure(model, "x", 64, 32)


Printed = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def command(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Printed:
    """Run a verb in this process; return exit code and JSON."""
    monkeypatch.chdir(folder)

    def run(*words: str) -> tuple[int, dict[str, Any]]:
        code = main([*words, "--json"])
        return code, json.loads(capsys.readouterr().out)

    return run


def test_an_adapter_is_held_against_its_base(command: Printed) -> None:
    words = ("perplexity", "text.txt", "--base", "base", "--adapter", "adapter", "--window", "64")
    code, found = command(*words, "--both")
    gap = found["nats_per_token"] - found["base"]["nats_per_token"]
    assert (code, found["difference"]["nats_per_token"]) == (0, pytest.approx(gap))
    assert found["difference"]["low"] <= gap <= found["difference"]["high"]


def test_a_text_that_is_no_utf8_is_bad_input(command: Printed, folder: Path) -> None:
    (folder / "bad.txt").write_bytes(b"\xff\xfe")
    code, found = command("perplexity", "bad.txt", "--base", "base")
    assert (code, "not UTF-8" in found["error"]["message"]) == (2, True)


def write(path: Path, *rows: dict[str, Any]) -> Path:
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return path


@pytest.mark.slow
def test_retention_asks_through_lm_eval_and_tests_the_difference(
    command: Printed, folder: Path, tmp_path: Path
) -> None:
    """A random model and itself with a random adapter solve nothing; so nothing is lost."""
    pytest.importorskip("lm_eval", reason="NO RETENTION IS TESTED: lm-eval is not here")
    rows = [{"question": f"{n} + 1?", "answer": f"It is {n + 1}.\n#### {n + 1}"} for n in range(6)]
    write(folder / "gsm.jsonl", *rows)
    words = ("retention", "--base", "base", "--adapter", "adapter", "--gsm8k", "gsm.jsonl",
             "--out", str(tmp_path / "out"), "--set", "generation.max_new_tokens=8")  # fmt: skip
    code, found = command(*words, "--margin", "0.6")
    record = found["tasks"]["gsm8k"]
    assert (code, record["n"], found["kept"]) == (0, 6, True)
    told = json.loads((tmp_path / "out/gsm8k/base.samples/manifest.json").read_text())["details"]
    assert "exact_match,flexible-extract" in told["lm_eval_scores"]


@pytest.mark.slow
def test_worked_examples_come_from_a_file(command: Printed, folder: Path, tmp_path: Path) -> None:
    pytest.importorskip("lm_eval", reason="NO RETENTION IS TESTED: lm-eval is not here")
    row = {"question": "1 + 1?", "answer": "#### 2"}
    write(folder / "q.jsonl", row)
    write(folder / "t.jsonl", row, row)
    code, found = command(
        "retention", "--base", "base", "--adapter", "adapter", "--gsm8k", "q.jsonl",
        "--gsm8k-train", "t.jsonl", "--shots", "2", "--out", str(tmp_path / "out"),
        "--set", "generation.max_new_tokens=4",
    )  # fmt: skip
    assert (found["tasks"]["gsm8k"]["n"], code) == (1, 1)


def test_retention_needs_something_to_ask(command: Printed) -> None:
    code, found = command("retention", "--base", "base", "--adapter", "adapter", "--out", "o")
    assert (code, "--gsm8k FILE" in found["error"]["message"]) == (2, True)
