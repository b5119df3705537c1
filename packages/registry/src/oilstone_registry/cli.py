"""The command oilstone-registry."""

import argparse
import os
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from oilstone_registry import cli_ab
from oilstone_registry.options import act, acting, making, open_, swapping, verb
from oilstone_registry.router import command as cli_serve
from oilstone_schemas import command
from oilstone_schemas.command import OilstoneError

PROG = "oilstone-registry"
AT = "--registry work/registry.sqlite"
EXAMPLES = {
    "register": f"{PROG} register work/rust-tiny/phase2 --name rust-tiny {AT}",
    "list": f"{PROG} list {AT}",
    "show": f"{PROG} show rust-tiny {AT}",
    "why": f"{PROG} why rust-tiny {AT}",
    "gate": f"{PROG} gate rust-tiny@0.2.0 --decision work/rust-tiny/decision {AT}",
    "promote": f"{PROG} promote rust-tiny@0.1.0 --decision work/rust-tiny/decision {AT}",
    "rollback": f'{PROG} rollback rust-tiny --reason "users complain" {AT}',
    "verify": f"{PROG} verify {AT}",
    "export": f"{PROG} export rust-tiny@0.1.0 --out rust-tiny.tar {AT}",
    "import": f"{PROG} import rust-tiny.tar {AT}",
}
Result = Mapping[str, Any]
REFERENCE = "NAME[@VERSION|@DIGEST]"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    return command.run(_parser(), argv)


@cache
def _parser() -> argparse.ArgumentParser:
    about = "The life of an adapter: registered, gated, tested, promoted, rolled back, handed over."
    parser = command.parser(PROG, PROG, about, EXAMPLES["promote"])
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    _add_register(verbs)
    _add_views(verbs)
    _add_gate(verbs)
    cli_ab.add(verbs, PROG, AT)
    _add_promote(verbs)
    _add_handover(verbs)
    cli_serve.add(verbs, PROG, AT)
    return parser


def _verb(verbs: Any, name: str, func: command.Function, help: str) -> argparse.ArgumentParser:
    return verb(verbs, name, func, help, EXAMPLES[name])


def _add_register(verbs: Any) -> None:
    register = _verb(verbs, "register", _register, "Keep an adapter under a name and a version.")
    register.add_argument("adapter", type=Path, metavar="ADAPTER", help="adapter artifact")
    register.add_argument("--name", required=True, help="what it is called, such as rust-tiny")
    register.add_argument(
        "--version", metavar="X.Y.Z", help="semantic version; the next minor one when absent"
    )
    register.add_argument(
        "--domain",
        action="append",
        metavar="DOMAIN",
        help="a subject it is for, repeatable (default: those of its training rows)",
    )
    register.add_argument(
        "--fingerprint",
        metavar="URL",
        help="a vLLM server: what it answers with this adapter, every server must before it gets"
        " traffic (its own API key: $OILSTONE_UPSTREAM_KEY)",
    )
    register.add_argument(
        "--adapters-at", metavar="DIR", help="where that server sees the registry's store"
    )
    making(register)
    acting(register)


def _add_views(verbs: Any) -> None:
    _verb(verbs, "list", _list, "List every version of every name.")
    show = _verb(verbs, "show", _show, "Show a name's production version, versions and log.")
    show.add_argument("name", metavar="NAME", help="what it is called")
    why = _verb(verbs, "why", _why, "Print the chain from the alias to the training rows.")
    why.add_argument("reference", metavar=REFERENCE, help="a name alone: its production version")
    verify = _verb(
        verbs, "verify", _verify, "Check log, tables and every stored file; exit 1 if one is not"
    )
    verify.add_argument("--head", metavar="HASH", help="an event that the log must still hold")


def _add_gate(verbs: Any) -> None:
    gate = _verb(verbs, "gate", _gate, "Keep a decision about a version; exit 1 if it failed.")
    gate.add_argument("reference", metavar=REFERENCE, help="a name alone: the one decided about")
    gate.add_argument("--decision", type=Path, metavar="DIR", help="decision artifact")
    gate.add_argument(
        "--pin",
        metavar="SHA256",
        help="let only decisions by this gate file count for NAME (gates_digest in `why --json`)",
    )
    acting(gate)


def _add_promote(verbs: Any) -> None:
    promote = _verb(
        verbs,
        "promote",
        _promote,
        "Make a version the production one, behind a passing decision about it; else exit 1.",
    )
    promote.add_argument(
        "reference",
        metavar=REFERENCE,
        help="which version; with a name alone, the one that the decision is about",
    )
    promote.add_argument(
        "--decision",
        metavar="DIR_OR_DIGEST",
        help="decision artifact, or a kept one's digest (default: the one it was gated by)",
    )
    promote.add_argument("--gates", metavar="SHA256", help="the decision must be by this gate file")
    rollback = _verb(
        verbs, "rollback", _rollback, "Go back to the version that was in production before."
    )
    rollback.add_argument("name", metavar="NAME", help="what it is called")
    for swaps in (promote, rollback):
        swapping(swaps)
        acting(swaps)


def _add_handover(verbs: Any) -> None:
    export = _verb(verbs, "export", _export, "Write a version and its whole chain as one archive.")
    export.add_argument("reference", metavar=REFERENCE, help="a name alone: its production version")
    export.add_argument("--out", type=Path, required=True, metavar="FILE.tar", help="the archive")
    export.add_argument(
        "--search", type=Path, action="append", default=[], metavar="DIR", help="holds its inputs"
    )
    export.add_argument(
        "--without", action="append", default=[], metavar="KIND", help="leave out, such as base"
    )
    export.add_argument("--sign", type=Path, metavar="PEM", help="sign with this private key")
    receive = _verb(verbs, "import", _import, "Verify an archive and register its adapter, gated.")
    receive.add_argument("archive", type=Path, metavar="FILE.tar", help="what export wrote")
    receive.add_argument("--name", help="what it is called here (default: as there)")
    receive.add_argument("--public-key", type=Path, metavar="PEM", help="whose signature it needs")
    receive.add_argument("--out", type=Path, metavar="DIR", help="keep the unpacked chain there")
    making(receive)
    acting(receive)


def _register(args: argparse.Namespace) -> Result:
    from oilstone_registry import names, register, view

    name = names.name(args.name)
    version = None if args.version is None else names.version(args.version)
    registry = open_(args, create=True)
    row, new = register.register(
        registry, args.adapter, name, version, act(args), args.domain, _fingerprint(args)
    )
    said = f"registered {_label(row)}" if new else f"already registered: {_label(row)}"
    return {"message": said, "new": new, **view.public(row)}


def _fingerprint(args: argparse.Namespace) -> Any:
    """Return what takes the fingerprint, if one is asked for."""
    if args.fingerprint is None:
        return None
    from oilstone_registry.router import fingerprint

    key = os.environ.get(cli_serve.UPSTREAM_KEY) or None
    return fingerprint.taker(args.fingerprint, key, args.adapters_at)


def _label(row: Any) -> str:
    return f"{row['name']}@{row['version']} (adapter {row['digest'][:12]}, id {row['id']})"


def _list(args: argparse.Namespace) -> Result:
    from oilstone_registry import view

    rows = view.versions_of(open_(args))
    return {"versions": rows} if args.json else {"message": view.table(rows)}


def _show(args: argparse.Namespace) -> Result:
    from oilstone_registry import names, view

    shown = view.show(open_(args), names.name(args.name))
    return shown if args.json else {"message": view.page(shown)}


def _why(args: argparse.Namespace) -> Result:
    from oilstone_registry import names, why

    found = why.why(open_(args), names.reference(args.reference))
    return found if args.json else {"message": why.page(found)}


def _verify(args: argparse.Namespace) -> Result:
    from oilstone_registry import verify

    found = verify.verify(open_(args), args.head)
    said = (
        f"{found['events']} events, {found['versions']} versions: as written; head {found['head']}"
    )
    return found | {"message": said}


def _gate(args: argparse.Namespace) -> Result:
    from oilstone_registry import gate, names, view

    reference = names.reference(args.reference)
    if args.decision is None and args.pin is None:
        raise OilstoneError("nothing to do: add --decision DIR, or --pin SHA256")
    registry = open_(args)
    if args.pin is not None:
        gate.pin(registry, reference.name, names.sha256(args.pin), act(args))
        if args.decision is None:
            return {"message": f"{reference.name} is judged by gate file {args.pin[:12]} from now"}
    row, changed = gate.gate(registry, reference, args.decision, act(args))
    return {"message": f"{row['status']}: {_label(row)}", "changed": changed, **view.public(row)}


def _promote(args: argparse.Namespace) -> Result:
    from oilstone_registry import names, promote, view

    reference = names.reference(args.reference)
    gates = None if args.gates is None else names.sha256(args.gates)
    row, changed = promote.promote(
        open_(args), reference, args.decision, act(args), generation=args.generation, gates=gates
    )
    said = "promoted" if changed else "already in production:"
    return {"message": f"{said} {_label(row)}", "changed": changed, **view.public(row)}


def _rollback(args: argparse.Namespace) -> Result:
    from oilstone_registry import names, promote, view

    row, before = promote.rollback(open_(args), names.name(args.name), act(args), args.generation)
    said = f"rolled back from {before['version']} to {_label(row)}"
    return {"message": said, "replaced": before["version"], **view.public(row)}


def _export(args: argparse.Namespace) -> Result:
    from oilstone_registry import handover, names

    about = handover.export(
        open_(args),
        names.reference(args.reference),
        args.out,
        search=args.search,
        without=args.without,
        key=args.sign,
    )
    left_out = ", ".join(f"{one['kind']} {one['digest'][:12]}" for one in about["left_out"])
    said = f"{args.out}: {about['name']}@{about['version']}" + (left_out and f" without {left_out}")
    return about | {"message": said, "out": str(args.out)}


def _import(args: argparse.Namespace) -> Result:
    from oilstone_registry import receive, view

    row, new = receive.receive(
        open_(args, create=True),
        args.archive,
        act(args),
        name=args.name,
        key=args.public_key,
        out=args.out,
    )
    said = f"imported {_label(row)}" if new else f"already there: {_label(row)}"
    return {"message": f"{said}, {row['status']}", "new": new, **view.public(row)}
