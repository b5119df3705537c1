"""The filter of the two-phase Rust curriculum, as a local stage.

In this order, the first hit gives the reason: by path vendor_path, test_file, example_file,
bench_file; by content test_file, bench_file, too_short, too_long, recipe_pattern, not_idiomatic,
no_documentation. Lengths are characters, bounds included.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

from oilstone_data.rust import paths
from oilstone_data.rust.patterns import IDIOMATIC, LOW_QUALITY, MARKS
from oilstone_data.rust.scanner import shared
from oilstone_data.stage import Refusal, Row

_FOLDERS = (
    ("exclude_vendor", paths.VENDOR, "vendor_path"),
    ("exclude_tests", paths.TESTS, "test_file"),
    ("exclude_examples", paths.EXAMPLES, "example_file"),
    ("exclude_benches", paths.BENCHES, "bench_file"),
)
_OWN = {"refuse": "refuse_patterns", "idiom": "idiomatic_patterns", "low": "low_quality_patterns"}


class Verdict(NamedTuple):
    """A set of marks and what it means: two refusals, between which comes length; the quality."""

    found: frozenset[str]
    foreign: Refusal | None
    poor: Refusal | None
    quality: dict[str, Any]
    style: str


class RustRules:
    """Refuses Rust files by the recipe's `rust` section, and writes the marks of the others down.

    `notes` counts what a report should tell: rules that had no path to look at, marks on which text
    and syntax tree differ, decisions that the tree changed.
    """

    name = "rust"

    def __init__(self, settings: dict[str, Any]) -> None:
        """Compile the patterns. Raises OilstoneError at one that is not RE2's syntax."""
        self._settings, self._score = settings, settings["score"]
        self._least, self._most = settings["min_length"], settings["max_length"]
        own = {
            f"{short}:{name}": pattern
            for short, key in _OWN.items()
            for name, pattern in settings[key].items()
        }
        self._scanner = shared(tuple({**MARKS, **own}.items()))
        self._idiomatic = frozenset(IDIOMATIC) | {n for n in own if n.startswith("idiom:")}
        self._low = frozenset(LOW_QUALITY) | {n for n in own if n.startswith("low:")}
        self._refusing = sorted(n for n in own if n.startswith("refuse:"))
        asked = [key for key, _, _ in _FOLDERS if settings[key]]
        self._blind = f"rows without a path, so no part of it was seen by: {', '.join(asked)}"
        self._verdicts: dict[frozenset[str], Verdict] = {}
        self._noted: Counter[str] = Counter()
        self._unseen = 0

    @property
    def notes(self) -> Counter[str]:
        """What was noted so far, with the number of rows."""
        return self._noted + Counter({self._blind: self._unseen})

    def __call__(self, row: Row) -> Row | Refusal | None:
        """Return why the row is refused, or the row with its marks."""
        if row["language"] != "rust":
            return None
        if refusal := self._by_path(row.get("path")):
            return refusal
        text = row["completion"]
        verdict = self._verdict(self._scanner.scan(text))
        refusal = self._by_content(text, verdict)
        if self._score == "both" or (self._score == "tree" and refusal is None):
            verdict, refusal = self._again(text, verdict, refusal)
        if refusal is not None:
            return refusal
        row["quality"], row["style"] = verdict.quality, verdict.style
        return row

    def _by_path(self, path: str | None) -> Refusal | None:
        if path is None:
            self._unseen += 1
            return None
        folders = paths.folders(path)
        if self._settings["exclude_vendor"] and paths.locked(path):
            return Refusal("vendor_path", f"a lock file: {path}")
        for key, names, reason in _FOLDERS:
            if self._settings[key] and not names.isdisjoint(folders):
                return Refusal(reason, f"in a folder {min(names & folders)}: {path}")
        return None

    def _by_content(self, text: str, verdict: Verdict) -> Refusal | None:
        return verdict.foreign or self._by_length(len(text)) or verdict.poor

    def _by_length(self, length: int) -> Refusal | None:
        if length < self._least:
            return Refusal("too_short", f"{length} characters, fewer than {self._least}")
        if length > self._most:
            return Refusal("too_long", f"{length} characters, more than {self._most}")
        return None

    def _verdict(self, found: frozenset[str]) -> Verdict:
        """What follows from the marks alone: there are few sets of marks, and many rows."""
        verdict = self._verdicts.get(found)
        if verdict is None:
            idioms, low = found & self._idiomatic, found & self._low
            documented = "documented" in found
            quality = {"idiomatic": len(idioms), "low_quality": len(low), "documented": documented}
            style = "idiomatic" if documented and idioms else "plain"
            verdict = Verdict(found, self._foreign(found), self._poor(found), quality, style)
            self._verdicts[found] = verdict
        return verdict

    def _foreign(self, found: frozenset[str]) -> Refusal | None:
        if self._settings["exclude_tests"] and "test_code" in found:
            return Refusal("test_file", "holds test code")
        if self._settings["exclude_benches"] and "bench_code" in found:
            return Refusal("bench_file", "holds benchmark code")
        return None

    def _poor(self, found: frozenset[str]) -> Refusal | None:
        for name in self._refusing:
            if name in found:
                return Refusal("recipe_pattern", f"the recipe refuses {name.partition(':')[2]!r}")
        settings = self._settings
        idioms, low = found & self._idiomatic, found & self._low
        wanted = max(1, len(low) * settings["idiomatic_quality_ratio"])
        if settings["prefer_idiomatic"] and len(idioms) < wanted:
            return Refusal("not_idiomatic", f"idiom: {_list(idioms)}; low quality: {_list(low)}")
        if settings["prefer_documented"] and "documented" not in found:
            return Refusal("no_documentation", "no item has a documentation comment")
        return None

    def _again(
        self, text: str, verdict: Verdict, refusal: Refusal | None
    ) -> tuple[Verdict, Refusal | None]:
        """Decide by the syntax tree, and note where that differs from the text."""
        from oilstone_data.rust import syntax

        found = verdict.found
        sharp = self._verdict(syntax.marks(text) | {name for name in found if ":" in name})
        for name in found ^ sharp.found:
            self._noted[f"mark {name}: {'text' if name in found else 'tree'} only"] += 1
        now = self._by_content(text, sharp)
        self._noted["rows scored by syntax tree"] += 1
        if (now and now.reason) != (refusal and refusal.reason):
            by_text, by_tree = (r.reason if r else "kept" for r in (refusal, now))
            self._noted[f"decision: text {by_text}, tree {by_tree}"] += 1
        return sharp, now


def _list(names: frozenset[str]) -> str:
    return ", ".join(sorted(names)) or "none"
