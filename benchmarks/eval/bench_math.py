"""Judging final answers: ours, lm-eval's flexible regex and math-verify; CPU time, one core.

    OILSTONE_TEST_DATA=... python benchmarks/eval/bench_math.py [--solutions FILE.jsonl]

Every solution of GSM8K's train part is judged against its own answer and against a wrong one. FILE:
model solutions with labels, as grade-school-math's example_model_solutions.jsonl holds them.
"""

import argparse
import json
import os
import re
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from oilstone_eval.judges.base import Program
from oilstone_eval.judges.math.answer import final
from oilstone_eval.judges.math.judge import MathJudge
from oilstone_eval.judges.math.toolchain import find

SLOW = 300  # so many answers are enough for a judge of a millisecond each
_FLEXIBLE = re.compile(r"(-?[$0-9.,]{2,})|(-?[0-9]+)")
_IGNORED = re.compile(r",|\$|(?s:.*#### )|\.$")


@dataclass(frozen=True)
class Answer:
    """A solution, the right answer, and whether the solution is labelled as right."""

    solution: str
    right: str
    label: bool


def main() -> None:
    data = os.environ.get("OILSTONE_TEST_DATA")
    if not data:
        sys.exit("OILSTONE_TEST_DATA is not set: the folder with gsm8k/ and math/")
    args = arguments()
    print(f"{'answers':<26}{'judge':<26}{'n':>7}{'as labelled':>13}{'us each':>9}")
    show("GSM8K train, right/wrong", gsm8k(Path(data) / "gsm8k/train.jsonl"))
    if args.solutions:
        show("model solutions", labelled(args.solutions))
    show("MATH, its own answers", own_answers(Path(data) / "math/math_test_500.jsonl"), False)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--solutions", type=Path, metavar="FILE.jsonl")
    return parser.parse_args()


def rows(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def gsm8k(path: Path) -> list[Answer]:
    found = []
    for row in rows(path):
        text = str(row["answer"])
        right = text.rpartition("####")[2].strip()
        found += [Answer(text, right, True), Answer(text, f"1{right}", False)]
    return found


def labelled(path: Path) -> list[Answer]:
    return [
        Answer(value["solution"], str(row["ground_truth"]).rpartition("A:")[2].strip(),
               value["is_correct"])
        for row in rows(path)
        for value in row.values()
        if isinstance(value, dict)
    ]  # fmt: skip


def own_answers(path: Path) -> list[Answer]:
    texts = [str(row["solution"]) for row in rows(path)]
    return [Answer(text, str(final(text)), True) for text in texts]


def show(name: str, answers: Sequence[Answer], numbers: bool = True) -> None:
    line(name, "oilstone-eval", answers, ours)
    if numbers:
        line("", "lm-eval flexible-extract", answers, lambda part: list(map(flexible, part)))
    line("", "math-verify", answers[:SLOW], verify)


def line(
    name: str, judge: str, answers: Sequence[Answer],
    rule: Callable[[Sequence[Answer]], Sequence[bool]],
) -> None:  # fmt: skip
    rule(answers[:2])
    started = time.process_time()
    found = rule(answers)
    each = (time.process_time() - started) / len(answers) * 1e6
    agree = sum(a == b.label for a, b in zip(found, answers, strict=True))
    print(f"{name:<26}{judge:<26}{len(answers):>7}{agree:>13}{each:>9.1f}")


def ours(answers: Sequence[Answer]) -> list[bool]:
    programs = [Program(a.solution, (), "math", "final_answer", answer=a.right) for a in answers]
    found = MathJudge(find(), None, {}, 1).rule(programs, lambda what, total: lambda: None)
    return [ruling.status == "passed" for ruling in found]


def flexible(answer: Answer) -> bool:
    """As lm-eval's filter and exact_match of GSM8K: the last match, what is ignored taken out."""
    found = _FLEXIBLE.findall(answer.solution)
    last = next(filter(None, found[-1])) if found else "[invalid]"
    return _IGNORED.sub("", last) == _IGNORED.sub("", answer.right)


def verify(answers: Sequence[Answer]) -> list[bool]:
    from math_verify import parse, verify

    return [bool(verify(parse(f"${a.right}$"), parse(a.solution))) for a in answers]


if __name__ == "__main__":
    main()
