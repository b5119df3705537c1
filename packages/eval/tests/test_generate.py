"""Generation with a tiny random model: it talks noise, but the same noise every time."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from oilstone_eval.cli import main
from oilstone_schemas import artifact, jsonl

torch = pytest.importorskip(
    "torch", reason="NO GENERATION IS TESTED: oilstone-eval[local] is not here"
)
transformers = pytest.importorskip("transformers")
peft = pytest.importorskip("peft")
pytest.importorskip("bitsandbytes")

Run = Callable[..., Any]
MODEL = ("generate", "--base", "base", "--problems", "problems", "--out", "samples")
SHORT = ("--set", "generation.max_new_tokens=12", "--set", "generation.system_prompt=''")


@pytest.fixture
def base(tmp_path: Path, craft: SimpleNamespace) -> artifact.Manifest:
    details = {"chat_template_sha256": "1" * 64}
    made: artifact.Manifest = craft.make(tmp_path / "base", "base", craft.save_model, [], details)
    return made


def details_of(base: artifact.Manifest, **changes: Any) -> dict[str, Any]:
    return {
        "base_digest": base.digest, "quantization": "nf4", "system_prompt": "",
        "chat_template_sha256": "1" * 64, **changes,
    }  # fmt: skip


@pytest.fixture
def adapter(tmp_path: Path, craft: SimpleNamespace, base: artifact.Manifest) -> artifact.Manifest:
    made: artifact.Manifest = craft.make(
        tmp_path / "adapter", "adapter", lambda stage: craft.save_adapter(stage, base.folder),
        [base], details_of(base),
    )  # fmt: skip
    return made


def rows(folder: Path) -> list[dict[str, Any]]:
    return list(jsonl.read(folder / "samples.jsonl", "sample.v1"))


def completions(folder: Path) -> list[str]:
    return [row["completion"] for row in rows(folder)]


@pytest.fixture
def here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Run the command in this process, where torch is loaded once; return what it printed."""
    monkeypatch.chdir(tmp_path)

    def command(*words: str) -> SimpleNamespace:
        code = main(words)
        printed = capsys.readouterr()
        return SimpleNamespace(returncode=code, stdout=printed.out, stderr=printed.err)

    return command


def must(run: Run, *words: str) -> Any:
    done = run(*words)
    assert done.returncode == 0, done.stderr
    return done


def test_every_problem_gets_a_sample(
    here: Run, base: artifact.Manifest, problems: artifact.Manifest, tmp_path: Path
) -> None:
    must(here, *MODEL, *SHORT)
    assert [row["problem_id"] for row in rows(tmp_path / "samples")] == ["a", "b", "c"]


def test_a_cut_off_answer_says_so(
    here: Run, base: artifact.Manifest, problems: artifact.Manifest, tmp_path: Path
) -> None:
    must(here, *MODEL, *SHORT)
    row = rows(tmp_path / "samples")[0]
    assert (row["finish_reason"], row["completion_tokens"]) == ("length", 12)


def test_a_second_time_is_up_to_date_without_torch(
    run: Run, here: Run, base: artifact.Manifest, problems: artifact.Manifest
) -> None:
    must(here, *MODEL, *SHORT)
    assert must(run, *MODEL, *SHORT).stderr.strip() == "up to date: samples"


def test_judging_settings_do_not_concern_generation(
    here: Run, base: artifact.Manifest, problems: artifact.Manifest
) -> None:
    must(here, *MODEL, *SHORT)
    assert "up to date" in must(here, *MODEL, *SHORT, "--set", "judge.cpu_seconds=9").stderr


def test_the_same_command_gives_the_same_digest(
    here: Run, base: artifact.Manifest, problems: artifact.Manifest, tmp_path: Path
) -> None:
    first, second = (
        json.loads(must(here, *MODEL[:-1], out, *SHORT, "--json").stdout)["digest"]
        for out in ("one", "two")
    )
    assert first == second


def test_batching_changes_no_answer(
    here: Run, base: artifact.Manifest, problems: artifact.Manifest, tmp_path: Path
) -> None:
    must(here, *MODEL, *SHORT)
    must(here, *MODEL[:-1], "singly", *SHORT, "--set", "generation.batch_size=1")
    assert completions(tmp_path / "samples") == completions(tmp_path / "singly")


def test_an_adapter_changes_answers(
    here: Run, adapter: artifact.Manifest, problems: artifact.Manifest, tmp_path: Path
) -> None:
    must(here, *MODEL, *SHORT)
    must(here, *MODEL[:-1], "adapted", "--adapter", "adapter", *SHORT)
    assert completions(tmp_path / "samples") != completions(tmp_path / "adapted")


def test_a_merged_adapter_computes_what_peft_computes(
    adapter: artifact.Manifest, base: artifact.Manifest
) -> None:
    from oilstone_eval.generate import model, subject

    recipe = {"quantization": "none", "device": "cpu", "system_prompt": None}
    merged = model.load(subject.load(base.folder, adapter.folder, recipe), recipe, 0).network
    network = transformers.AutoModelForCausalLM.from_pretrained(base.folder)
    attached = peft.PeftModel.from_pretrained(network, str(adapter.folder))
    tokens = torch.arange(2, 20)[None]
    ours, theirs = merged(tokens).logits, attached(tokens).logits
    torch.testing.assert_close(ours, theirs, rtol=1e-3, atol=1e-3)


def test_nf4_weights_are_those_of_qlora(base: artifact.Manifest) -> None:
    """transformers loads them packed; unpacked they must equal ours bit for bit."""
    from bitsandbytes import functional

    from oilstone_eval.generate.model import round_to_nf4

    ours = transformers.AutoModelForCausalLM.from_pretrained(base.folder, dtype=torch.float32)
    round_to_nf4(ours)
    config = transformers.BitsAndBytesConfig(
        load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=torch.float32,
    )  # fmt: skip
    packed = transformers.AutoModelForCausalLM.from_pretrained(
        base.folder, quantization_config=config, dtype=torch.float32, device_map={"": "cpu"}
    )
    found = dict(packed.named_parameters())
    for name, weight in ours.named_parameters():
        other = found[name]
        if hasattr(other, "quant_state") and other.quant_state is not None:
            other = functional.dequantize_4bit(other.data, other.quant_state)
        assert torch.equal(weight, other), name


def test_nf4_rounds_every_layer_but_the_head(base: artifact.Manifest) -> None:
    from oilstone_eval.generate.model import round_to_nf4

    network = transformers.AutoModelForCausalLM.from_pretrained(base.folder)
    before = {name: weight.clone() for name, weight in network.named_parameters()}
    round_to_nf4(network)
    kept = {n for n, weight in network.named_parameters() if torch.equal(weight, before[n])}
    assert not any("proj" in name for name in kept)
    assert "model.embed_tokens.weight" in kept


def test_a_killed_run_goes_on_and_ends_the_same(
    base: artifact.Manifest, problems: artifact.Manifest, here: Run, tmp_path: Path
) -> None:
    batches = ("--set", "generation.batch_size=1", "--set", "generation.max_new_tokens=60",
               "--set", "generation.system_prompt=''")  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "oilstone_eval", *MODEL, *batches], cwd=tmp_path,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    while process.poll() is None and not list(tmp_path.glob(".samples.*/parts/00000.jsonl")):
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (tmp_path / "samples").exists()
    [kept] = tmp_path.glob(".samples.*/parts/00000.jsonl")
    [before] = jsonl.read(kept)
    must(here, *MODEL, *batches)
    must(here, *MODEL[:-1], "whole", *batches)
    # Times are measured anew when an answer is: the very same one shows that it was kept.
    assert before in rows(tmp_path / "samples")
    assert artifact.load(tmp_path / "samples").digest == artifact.load(tmp_path / "whole").digest


def test_the_parts_do_not_stay(
    here: Run, base: artifact.Manifest, problems: artifact.Manifest, tmp_path: Path
) -> None:
    must(here, *MODEL, *SHORT)
    assert sorted(path.name for path in (tmp_path / "samples").iterdir()) == [
        "manifest.json",
        "samples.jsonl",
    ]


def test_a_prompt_beyond_the_context_is_named(
    here: Run, base: artifact.Manifest, tmp_path: Path, craft: SimpleNamespace
) -> None:
    jsonl.write(tmp_path / "p.jsonl", [craft.problem("long", prompt="x" * 300)])
    done = here("generate", "--base", "base", "--problems", "p.jsonl", "--out", "s", *SHORT)
    assert done.returncode == 2
    assert "'long': its prompt has" in done.stderr


def test_the_end_token_ends_an_answer(base: artifact.Manifest, craft: SimpleNamespace) -> None:
    from oilstone_eval.generate import answers, model, subject

    recipe = {"quantization": "none", "device": "cpu", "system_prompt": ""}
    loaded = model.load(subject.load(base.folder, None, recipe), recipe, 0)
    prompt = answers.Prompt(craft.problem("a"), [5, 6])
    sample = answers._sample(loaded, prompt, [40, 41, 1], 0.0)
    assert (sample["finish_reason"], sample["completion_tokens"]) == ("stop", 2)


def test_our_decoding_is_transformers_own(base: artifact.Manifest) -> None:
    from oilstone_eval.generate import decoding, model, subject

    recipe = {"quantization": "none", "device": "cpu", "system_prompt": ""}
    loaded = model.load(subject.load(base.folder, None, recipe), recipe, 0)
    prompts = [list(range(2, 2 + length)) for length in (3, 9, 17, 5)]
    # Any token may end an answer: then answers leave the batch at different times.
    loaded.network.generation_config.eos_token_id = list(range(0, 258, 7))
    settings = transformers.GenerationConfig(
        max_new_tokens=40, do_sample=False, eos_token_id=loaded.ends, pad_token_id=0
    )
    expected = [
        loaded.network.generate(torch.tensor([tokens]), generation_config=settings)[0].tolist()
        for tokens in prompts
    ]
    ours = decoding.decode(loaded, prompts, 40)
    assert [tokens + made for tokens, made in zip(prompts, ours, strict=True)] == expected


def test_run_generates_and_judges(
    here: Run, toolchain: Any, base: artifact.Manifest, problems: artifact.Manifest, tmp_path: Path
) -> None:
    (tmp_path / "eval.yaml").write_text(
        "generation: {max_new_tokens: 5, system_prompt: ''}\nprimary_slice: family\n"
    )
    must(here, "run", "eval.yaml", "--base", "base", "--problems", "problems", "--out", "report",
         "--samples", "samples")  # fmt: skip
    assert artifact.verify(tmp_path / "report", deep=True, search=[]) == []


def drawn(logits: list[float], seed: int, temperature: float = 1.0, top_p: float = 1.0) -> int:
    from oilstone_eval.generate.decoding import Drawn

    choose = Drawn([seed], temperature, top_p)
    return int(choose(torch.tensor([logits]), [0])[0, 0])


def test_tokens_are_drawn_as_often_as_they_are_likely() -> None:
    logits = [0.0, 1.0, 2.0]
    expected = torch.softmax(torch.tensor(logits) / 2.0, -1).tolist()
    found = [drawn(logits, seed, temperature=2.0) for seed in range(4000)]
    shares = [found.count(token) / 4000 for token in range(3)]
    assert shares == pytest.approx(expected, abs=0.03)


def test_top_p_leaves_the_unlikely_out() -> None:
    logits = torch.tensor([0.5, 0.3, 0.15, 0.05]).log().tolist()
    assert {drawn(logits, seed, top_p=0.75) for seed in range(300)} == {0, 1}


def test_a_low_temperature_is_greedy() -> None:
    assert {drawn([0.0, 3.0, 1.0], seed, temperature=0.01) for seed in range(50)} == {1}


def test_several_samples_differ_and_come_again(
    here: Run, base: artifact.Manifest, problems: artifact.Manifest, tmp_path: Path
) -> None:
    several = (*SHORT, "--set", "generation.samples=3", "--set", "generation.temperature=0.9")
    must(here, *MODEL, *several)
    must(here, *MODEL[:-1], "singly", *several, "--set", "generation.batch_size=1")
    found = rows(tmp_path / "samples")
    assert [row["sample_index"] for row in found[:4]] == [0, 1, 2, 0]
    assert len({row["completion"] for row in found[:3]}) == 3
    assert completions(tmp_path / "samples") == completions(tmp_path / "singly")


def test_a_plain_models_folder_answers_like_its_artifact(
    here: Run, base: artifact.Manifest, problems: artifact.Manifest, tmp_path: Path,
    craft: SimpleNamespace,
) -> None:  # fmt: skip
    craft.save_model(tmp_path / "plain")
    must(here, *MODEL, *SHORT)
    must(here, "generate", "--base", "plain", *MODEL[3:-1], "other", *SHORT)
    assert completions(tmp_path / "samples") == completions(tmp_path / "other")


def test_a_checkpoint_answers_like_the_adapter_it_holds(
    here: Run, adapter: artifact.Manifest, problems: artifact.Manifest, tmp_path: Path,
    craft: SimpleNamespace,
) -> None:  # fmt: skip
    craft.save_adapter(tmp_path / "run/checkpoint-3", tmp_path / "base")
    must(here, *MODEL, *SHORT, "--adapter", "adapter")
    must(here, *MODEL[:-1], "other", *SHORT, "--adapter", "run")
    assert completions(tmp_path / "samples") == completions(tmp_path / "other")


def test_every_checkpoint_of_a_run_is_judged(
    here: Run, base: artifact.Manifest, tmp_path: Path, craft: SimpleNamespace
) -> None:
    for number in (5, 10):
        craft.save_adapter(tmp_path / f"run/checkpoint-{number}", tmp_path / "base")
    rows = [{"question": f"{n} + 1?", "answer": f"#### {n + 1}"} for n in range(2)]
    (tmp_path / "p.jsonl").write_text("\n".join(map(json.dumps, rows)))
    words = ("metrics", "run", "--base", "base", "--problems", "p.jsonl", "--out", "history",
             *SHORT, "--json")  # fmt: skip
    found = json.loads(must(here, *words).stdout)
    assert [(row["step"], row["metrics"]["pass@1"]["n"]) for row in found["reports"]] == [
        (5, 2), (10, 2),
    ]  # fmt: skip
    assert must(here, *words).stderr.count("up to date") == 4
