"""Fixtures: the toolchain, sandboxes, artifacts made by hand."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from oilstone_eval.judges.base import Case, Program, Ruling
from oilstone_eval.judges.python.judge import PythonJudge
from oilstone_eval.judges.python.toolchain import find as python_tools
from oilstone_eval.judges.rust.toolchain import Toolchain, find
from oilstone_eval.sandbox.tier import best
from oilstone_eval.sandbox.walls import Walls
from oilstone_schemas import artifact, jsonl
from oilstone_schemas.command import MissingTool

if TYPE_CHECKING:
    from oilstone_eval.judges.rust.judge import RustJudge

LIMITS = {
    "edition": 2021, "cpu_seconds": 1, "wall_seconds": 3, "memory_mib": 256, "output_kib": 256,
    "compile_cpu_seconds": 30, "compile_memory_mib": 4096,
}  # fmt: skip
SUM = (Path(__file__).parent / "sum.rs").read_text()
SUM_TESTS = [{"stdin": "1 2 4\n", "stdout": "7\n"}, {"stdin": "5\n", "stdout": "5\n"}]


@pytest.fixture(autouse=True, scope="session")
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Verdicts of earlier test runs are not taken."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def toolchain() -> Toolchain:
    try:
        return find()
    except MissingTool as error:
        pytest.skip(f"NOTHING IS JUDGED HERE: {error}")


@pytest.fixture(scope="session")
def walls() -> Walls:
    """Walls that hold on this machine, with what it has of a Rust toolchain in sight."""
    try:
        shown = find().shown
    except MissingTool:
        shown = {}
    try:
        return best(shown)
    except MissingTool as error:
        pytest.skip(f"THE SANDBOX IS NOT TESTED HERE: {error}")


@pytest.fixture(scope="session")
def bwrap(walls: Walls) -> Walls:
    return walls


@pytest.fixture(params=["bwrap", "rlimits"])
def tier(request: pytest.FixtureRequest) -> Walls:
    """Each tier in turn."""
    if request.param == "rlimits":
        return Walls("rlimits")
    found: Walls = request.getfixturevalue("bwrap")
    return found


@pytest.fixture(scope="session")
def rust(toolchain: Toolchain, walls: Walls) -> "RustJudge":
    from oilstone_eval.judges.rust.judge import RustJudge

    return RustJudge(toolchain, walls, LIMITS, 2)


@pytest.fixture(scope="session")
def python(walls: Walls) -> PythonJudge:
    tools = python_tools()
    shown = {**walls.shown, **tools.shown}
    return PythonJudge(tools, replace(walls, shown=shown), LIMITS, 2)


Judge = Callable[..., list[Ruling]]


@pytest.fixture(scope="session")
def judged(rust: "RustJudge") -> Judge:
    """Judge programs against (stdin, stdout) pairs."""

    def judge(codes: Sequence[str], *cases: tuple[str, str]) -> list[Ruling]:
        programs = [Program(code, tuple(Case(*case) for case in cases)) for code in codes]
        return rust.rule(programs, lambda what, total: lambda: None)

    return judge


def problem(name: str, **changes: Any) -> dict[str, Any]:
    """Return a problem: to sum numbers."""
    return {
        "id": name, "language": "rust", "prompt": f"Print the sum of the numbers. ({name})",
        "tests": SUM_TESTS, "reference": SUM, "domain": "sum", "difficulty": None,
        "licence": "Apache-2.0", "source": "test", "slice": "combination", **changes,
    }  # fmt: skip


def sample(name: str, code: str | None = SUM, **changes: Any) -> dict[str, Any]:
    """Return a sample for the problem of that name."""
    return {
        "problem_id": name, "sample_index": 0, "completion": f"```rust\n{code}```", "code": code,
        "finish_reason": "stop", "prompt_tokens": 9, "completion_tokens": 99, "seconds": 0.5,
        **changes,
    }  # fmt: skip


def row(name: str, prompt: str, **changes: Any) -> dict[str, Any]:
    """Return a dataset's row."""
    return {
        "id": name, "group": name, "family": "sum", "slice": "train", "style": "idiomatic",
        "language": "rust", "prompt": prompt, "completion": SUM, "tests": SUM_TESTS,
        "quality": {"idiomatic": 3, "low_quality": 0, "documented": True},
        "licence": "Apache-2.0", "source": "test", **changes,
    }  # fmt: skip


def make(
    out: Path,
    kind: str,
    fill: Callable[[Path], object],
    inputs: Sequence[artifact.Manifest] = (),
    details: Mapping[str, Any] | None = None,
) -> artifact.Manifest:
    """Publish an artifact whose files `fill` writes."""
    recipe = {"made_for": out.name}
    request = artifact.request(kind, producer="oilstone-eval", recipe=recipe, seed=1, inputs=inputs)
    stage = artifact.stage(out, request)
    fill(stage)
    return artifact.publish(
        stage, out, kind=kind, producer="oilstone-eval", recipe=recipe, seed=1, inputs=inputs,
        request=request, details=details or {},
    )  # fmt: skip


@pytest.fixture
def problems(tmp_path: Path) -> artifact.Manifest:
    """Two problems to be held out as combinations, one as a family."""
    rows = [problem("a"), problem("b"), problem("c", slice="family")]
    return make(
        tmp_path / "problems",
        "problems",
        lambda stage: jsonl.write(stage / "problems.jsonl", rows, "problem.v1"),
    )


@pytest.fixture
def samples(tmp_path: Path, problems: artifact.Manifest) -> artifact.Manifest:
    """A right, a wrong and an empty answer."""
    rows = [sample("a"), sample("b", SUM.replace(".sum()", ".product()")), sample("c", None)]
    return make(
        tmp_path / "samples",
        "samples",
        lambda stage: jsonl.write(stage / "samples.jsonl", rows, "sample.v1"),
        [problems],
    )


TEMPLATE = (
    "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}"
    "{% if add_generation_prompt %}<assistant>{% endif %}"
)


def save_model(folder: Path, seed: int = 0) -> None:
    """Write a random Llama of a few thousand parameters and a byte-level tokenizer."""
    import torch
    import transformers
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {token: number for number, token in enumerate(["<pad>", "<eos>", *alphabet])}
    raw = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    raw.decoder = decoders.ByteLevel()
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_object=raw, eos_token="<eos>", pad_token="<pad>", chat_template=TEMPLATE
    )
    tokenizer.save_pretrained(folder)
    torch.manual_seed(seed)
    config = transformers.LlamaConfig(
        vocab_size=len(vocabulary), hidden_size=64, intermediate_size=64, num_hidden_layers=2,
        num_attention_heads=2, max_position_embeddings=256, eos_token_id=1, pad_token_id=0,
        bos_token_id=None, tie_word_embeddings=False, initializer_range=0.3,
    )  # fmt: skip
    transformers.LlamaForCausalLM(config).save_pretrained(folder)


def save_adapter(folder: Path, base: Path) -> None:
    """Write a random LoRA over the model at `base`."""
    import peft
    import torch
    import transformers

    network = transformers.AutoModelForCausalLM.from_pretrained(base)
    torch.manual_seed(1)
    config = peft.LoraConfig(r=4, target_modules=["q_proj", "down_proj"], init_lora_weights=False)
    peft.get_peft_model(network, config).save_pretrained(folder)


Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run the command in `tmp_path` as a user does."""

    def command(*words: str, **more: Any) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "oilstone_eval", *words], cwd=tmp_path, text=True,
            capture_output=True, **more,
        )  # fmt: skip

    return command


@pytest.fixture
def report(
    run: Run, toolchain: Toolchain, problems: artifact.Manifest, samples: artifact.Manifest
) -> Path:
    """A report on the three samples."""
    done = run("judge", "samples", "--problems", "problems", "--out", "report")
    assert done.returncode == 0, done.stderr
    return samples.folder.parent / "report"


@pytest.fixture
def bare_path(tmp_path: Path) -> dict[str, str]:
    """An environment whose PATH leads nowhere."""
    (tmp_path / "empty").mkdir()
    return {"PATH": str(tmp_path / "empty")}


@pytest.fixture
def craft(craft_once: SimpleNamespace) -> SimpleNamespace:
    """What tests build artifacts with."""
    return craft_once


@pytest.fixture(scope="session")
def craft_once() -> SimpleNamespace:
    """What tests build artifacts with."""
    return SimpleNamespace(
        problem=problem, sample=sample, row=row, make=make, save_model=save_model,
        save_adapter=save_adapter,
    )  # fmt: skip


@pytest.fixture(scope="session")
def test_data() -> Path:
    """The folder of real data sets."""
    folder = os.environ.get("OILSTONE_TEST_DATA")
    if not folder:
        pytest.skip("NOT TESTED ON REAL DATA: OILSTONE_TEST_DATA is not set")
    return Path(folder)
