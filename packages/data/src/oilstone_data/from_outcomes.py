"""`oilstone-data from-outcomes`: served answers that somebody found good become training rows.

Only with consent, only when a judge, a test or the user says so, never on the model's own word.
Secrets and personal data are taken out; of an answer that is not taken, no text is kept at all.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from oilstone_data.evaluation import Evaluation
from oilstone_data.fences import program
from oilstone_data.harvest import Harvest, make, measured, settle, untouched
from oilstone_data.lineage import find
from oilstone_data.outcomes import TEXTS, read, unfit, without_texts
from oilstone_data.secrets import scrub
from oilstone_data.stage import Refusal, Refused, Row
from oilstone_schemas import recipe
from oilstone_schemas.artifact import Manifest

DEFAULTS = Path(__file__).with_name("from-outcomes.yaml")


class _Served(NamedTuple):
    """An outcome that may be learned from, on its way to a row."""

    source: str
    line: int
    outcome: Row
    row: Row


def from_outcomes(
    places: Sequence[Path],
    problems: Sequence[Path],
    path: Path | None,
    out: Path,
    overrides: Sequence[str],
) -> dict[str, Any]:
    """Make the dataset of the outcomes at `places` into `out`, unless it stands there already.

    `problems`: sets that nothing may be trained on.
    """
    settings = recipe.load(path or DEFAULTS, "recipe-from-outcomes.v1", overrides)
    sources = [find(place, "outcomes") for place in places]
    evaluation = Evaluation(problems)
    return make(
        out,
        settings,
        [*sources, *evaluation.manifests],
        lambda: _gather(sources, settings, evaluation),
    )


def _gather(
    sources: Sequence[Manifest], settings: Mapping[str, Any], evaluation: Evaluation
) -> Harvest:
    harvest = Harvest()
    refuse = partial(_refuse, harvest)
    served = sorted(_fit(sources, settings, harvest), key=_earliest)
    ours = untouched(served, lambda found: found.row, evaluation, refuse)
    harvest.rows.extend(settle(_chosen(ours, settings), refuse))
    return harvest


def _refuse(harvest: Harvest, found: _Served, why: Refusal) -> None:
    harvest.refuse(why, found.source, found.line, without_texts(found.outcome))


def _earliest(found: _Served) -> tuple[str, str]:
    return found.outcome["time"], found.outcome["request_id"]


def _fit(
    sources: Sequence[Manifest],
    settings: Mapping[str, Any],
    harvest: Harvest,
) -> Iterator[_Served]:
    """Yield what may be learned from; write the rest down in `harvest`."""
    seen: set[str] = set()
    for source in sources:
        name = f"outcomes:{source.digest[:12]}"
        for line, outcome, broken in read(source):
            answer = broken or _repeated(outcome, seen) or _row(outcome, settings)
            if isinstance(answer, Refusal):
                harvest.refuse(answer, name, line, without_texts(outcome))
            else:
                yield _Served(name, line, outcome, answer)


def _repeated(outcome: Row, seen: set[str]) -> Refusal | None:
    """The first outcome of a request counts, as it does in an experiment."""
    request = outcome["request_id"]
    if request in seen:
        return Refusal("repeated_request", f"an earlier outcome of request {request} counts")
    seen.add(request)
    return None


def _row(outcome: Row, settings: Mapping[str, Any]) -> Row | Refusal:
    if why := unfit(outcome, settings):
        return why
    prompt, answer = (scrub(outcome[name])[0] for name in TEXTS)
    code = program(answer, settings["language"])
    if isinstance(code, Refusal):
        return code
    return _drafted(outcome, prompt, code, settings)


def _drafted(outcome: Row, prompt: str, code: str, settings: Mapping[str, Any]) -> Row:
    alike = " ".join(prompt.lower().split())
    return {
        "id": f"served/{_hash(outcome['request_id'])}",
        "group": f"prompt/{_hash(alike)}",
        "family": "served",
        "slice": "train",
        "language": settings["language"],
        "prompt": prompt,
        "completion": code,
        "tests": [],
        **measured(settings["language"], code),
        "licence": settings["licence"],
        "source": f"outcomes of {outcome['version']}",
        "synthetic": True,
    }


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _chosen(
    served: Sequence[_Served], settings: Mapping[str, Any]
) -> Iterator[tuple[_Served, Row | Refusal]]:
    """Yield each, the earliest first, with its row or why it is left out."""
    from oilstone_data.dedup import Deduplicate

    unlike = Deduplicate(settings["near"], fields=("prompt", "completion"))
    of_prompt: Counter[str] = Counter()
    for found, answer in zip(served, unlike([f.row for f in served]), strict=True):
        group = found.row["group"]
        if isinstance(answer, Refused):
            yield found, Refusal(answer.reason, answer.explanation)
        elif of_prompt[group] >= settings["per_prompt"]:
            yield found, Refusal("over_per_prompt", f"{of_prompt[group]} answers to this prompt")
        else:
            of_prompt[group] += 1
            yield found, answer.row
