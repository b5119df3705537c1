"""Many programs from few compiler calls, each judged as if it had been alone.

A crate that compiles tells about every program in it. When it does not, the programs that its
errors point at go alone and the rest goes together again; a crate whose trouble points at nobody is
halved. What goes alone gets a call of its own, unless its errors are those that it would get there
(`blame.py`), so company never decides.
"""

from collections.abc import Callable, Mapping
from typing import TypeVar

from oilstone_eval.judges.rust import crates
from oilstone_eval.judges.rust.compiler import ROOT, Report
from oilstone_eval.judges.rust.messages import Message

Item = TypeVar("Item")


def sort_out(
    items: Mapping[int, Item],
    crowd: Callable[[Mapping[int, Item]], Report],
    shared: Callable[[int, Report], object],
    alone: Callable[[int, bool], object],
    convict: Callable[[int, Report], bool] = lambda index, report: False,
) -> None:
    """Call `shared` (with its part of the crate's report) or `alone` once for every item.

    `crowd` compiles items as one crate. `shared` is called while that crate is what was built last.
    `alone` is told whether a crate's errors pointed at the item. `convict` gets the errors of
    an item that a crate's errors point at; when it returns true, the item is done with.
    """
    waiting, blamed = [list(items)], set[int]()
    while waiting:
        group = waiting.pop()
        if len(group) == 1:
            alone(group[0], group[0] in blamed)
            continue
        report = crowd({index: items[index] for index in group})
        if report.trouble or any(map(_unclear, report.messages)):
            named = _named(report)
            done = {index for index in named if convict(index, _against(index, report, len(group)))}
            blamed |= named
            waiting += _again(group, named, done)
        else:
            _share(group, report, shared)


def _named(report: Report) -> set[int]:
    """Return whom the errors point at; nobody when the compiler itself was in trouble."""
    found = {crates.index(error.file) for error in report.of("error")}
    return set() if report.trouble else {index for index in found if index is not None}


def _against(index: int, report: Report, count: int) -> Report:
    """Return the errors that point at one of the items, and its part of the time."""
    errors = tuple(each for each in report.of("error") if crates.index(each.file) == index)
    return Report(errors, None, report.seconds / count)


def _again(group: list[int], named: set[int], done: set[int]) -> list[list[int]]:
    """Return the groups that the items go on in, those left out that are done with."""
    if not named:
        middle = len(group) // 2
        return [group[:middle], group[middle:]]
    rest = [index for index in group if index not in named]
    single = [[index] for index in sorted(named) if index not in done]
    return [*single, *([rest] if rest else [])]


def _unclear(message: Message) -> bool:
    """Tell whether this stops the crate, or whose it is cannot be told."""
    return message.kind == "error" or (message.file != ROOT and crates.index(message.file) is None)


def _share(group: list[int], report: Report, shared: Callable[[int, Report], object]) -> None:
    """Give every item its own messages and an even part of the time."""
    own: dict[int | None, list[Message]] = {index: [] for index in group}
    for message in report.messages:
        own.setdefault(crates.index(message.file), []).append(message)
    for index in group:
        shared(index, Report(tuple(own[index]), None, report.seconds / len(group)))
