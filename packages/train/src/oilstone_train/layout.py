"""Names inside the folder in which a run works; Axolotl's paths are relative to it."""

from pathlib import Path

WORK = "work"
TRAIN = Path("data/train.jsonl")
EVAL = Path("data/eval.jsonl")
JUDGED = Path("judged")
PROBLEMS = Path("problems")  # a link to the problems that are judged on while it trains
EVALUATION = Path("eval.yaml")
HANDOVER = Path("data/handover.jsonl")  # what the next phase is to measure again
INIT = Path("init")  # the untrained model of a base run
BASE = Path("base")  # a link to the base of a phase
FROM = Path("from")  # a link to the adapter that a phase goes on from
PREPARED = Path("prepared")
OUT = Path("out")
CONFIG = Path("axolotl.yaml")
JOB = Path("job.json")
RESULT = Path("result.json")
TELEMETRY = Path("telemetry.jsonl")
MEMORY = Path("memory.jsonl")  # of the memories: a line a step, and one for each look
PLOT = Path("loss.svg")
LOG = Path("log.txt")
GUARD = Path("guard.json")  # the rollbacks of this run
CACHE = Path("cache")
LOGS = Path("logs")  # a link to what TensorBoard and W&B write
TOKENIZER = ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja")
CARD = "README.md"
SHAPE = "memory.json"  # what a loader needs to build the memories
ADAPTER = ("adapter_config.json", "adapter_model.safetensors")


def result(rank: int) -> Path:
    """Return where one of several processes tells what came of it."""
    return RESULT.with_name(f"result.{rank}.json") if rank else RESULT
