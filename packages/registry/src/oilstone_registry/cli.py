"""The command oilstone-registry."""

import argparse
import getpass
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oilstone_schemas import command
from oilstone_schemas.command import OilstoneError

if TYPE_CHECKING:  # SQLAlchemy takes a while to import; --help does without
    from oilstone_registry.database import Registry
    from oilstone_registry.lifecycle import Act

PROG = "oilstone-registry"
ENVIRONMENT = "OILSTONE_REGISTRY"
AT = "--registry work/registry.sqlite"
EXAMPLES = {
    "register": f"{PROG} register work/rust-tiny/phase2 --name rust-tiny {AT}",
    "list": f"{PROG} list {AT}",
    "show": f"{PROG} show rust-tiny {AT}",
    "promote": f"{PROG} promote rust-tiny@0.1.0 --decision work/rust-tiny/decision {AT}",
}
Result = Mapping[str, Any]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    return command.run(_parser(), argv)


def _parser() -> argparse.ArgumentParser:
    about = "The life of an adapter: registered, gated, promoted."
    parser = command.parser(PROG, PROG, about, EXAMPLES["promote"])
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    register = _verb(verbs, "register", _register, "Keep an adapter under a name and a version.")
    register.add_argument("adapter", type=Path, metavar="ADAPTER", help="adapter artifact")
    register.add_argument("--name", required=True, help="what it is called, such as rust-tiny")
    register.add_argument(
        "--version", metavar="X.Y.Z", help="semantic version; the next minor one when absent"
    )
    _verb(verbs, "list", _list, "List every version of every name.")
    show = _verb(verbs, "show", _show, "Show a name's production version, versions and log.")
    show.add_argument("name", metavar="NAME", help="what it is called")
    promote = _verb(
        verbs,
        "promote",
        _promote,
        "Make a version the production one, behind a passing decision about it; else exit 1.",
    )
    promote.add_argument(
        "reference",
        metavar="NAME[@VERSION|@DIGEST]",
        help="which version; with a name alone, the one that the decision is about",
    )
    promote.add_argument("--decision", type=Path, metavar="DIR", help="decision artifact")
    for changes in (register, promote):
        changes.add_argument("--as", dest="actor", metavar="WHO", help="who does it (default: you)")
        changes.add_argument("--reason", metavar="TEXT", help="why, for the log")
    return parser


def _verb(verbs: Any, name: str, func: command.Function, help: str) -> argparse.ArgumentParser:
    parser = command.verb(verbs, name, func, help, EXAMPLES[name])
    parser.add_argument(
        "--registry",
        metavar="PATH_OR_URL",
        help=f"the registry's SQLite file; its store lies beside it (default: ${ENVIRONMENT})",
    )
    return parser


def _register(args: argparse.Namespace) -> Result:
    from oilstone_registry import names, register, view

    name = names.name(args.name)
    version = None if args.version is None else names.version(args.version)
    registry = _open(args, create=True)
    row, new = register.register(registry, args.adapter, name, version, _act(args))
    label = f"{row['name']}@{row['version']} (adapter {row['digest'][:12]}, id {row['id']})"
    said = f"registered {label}" if new else f"already registered: {label}, {row['status']}"
    return {"message": said, "new": new, **view.public(row)}


def _list(args: argparse.Namespace) -> Result:
    from oilstone_registry import view

    rows = view.versions_of(_open(args))
    if not args.json:
        return {"message": view.table(rows)}
    return {"versions": [view.public(row) for row in rows]}


def _show(args: argparse.Namespace) -> Result:
    from oilstone_registry import names, view

    shown = view.show(_open(args), names.name(args.name))
    return shown if args.json else {"message": view.page(shown)}


def _promote(args: argparse.Namespace) -> Result:
    from oilstone_registry import names, promote, view

    reference = names.reference(args.reference)
    if args.decision is None:
        raise OilstoneError(
            "nothing is promoted without a decision: add --decision DIR;"
            " `oilstone-gates check GATES.yaml --report DIR --out DIR` makes one"
        )
    row, changed = promote.promote(_open(args), reference, args.decision, _act(args))
    said = "promoted" if changed else "already in production:"
    label = f"{row['name']}@{row['version']} (adapter {row['digest'][:12]}, id {row['id']})"
    return {"message": f"{said} {label}", "changed": changed, **view.public(row)}


def _open(args: argparse.Namespace, *, create: bool = False) -> "Registry":
    from oilstone_registry.database import open_registry

    where = args.registry or os.environ.get(ENVIRONMENT)
    if not where:
        raise OilstoneError(f"which registry? Give --registry PATH, or set {ENVIRONMENT}")
    return open_registry(where, create=create)


def _act(args: argparse.Namespace) -> "Act":
    from oilstone_registry.lifecycle import Act

    return Act(args.actor or _user(), args.reason)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return f"uid {os.getuid()}"
