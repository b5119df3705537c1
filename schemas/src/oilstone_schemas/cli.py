"""`oilstone-schemas`: look at the contract, and check files and artifacts against it."""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from oilstone_schemas import artifact, command, content, validate
from oilstone_schemas.command import CheckFailed, OilstoneError

PROG = "oilstone-schemas"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    return command.run(_parser(), argv)


def _parser() -> argparse.ArgumentParser:
    parser = command.parser(
        PROG,
        "oilstone-schemas",
        "Check files and artifacts against Oilstone's contract.",
        f"{PROG} verify --deep work/rust-tiny/report/phase2",
    )
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    one = command.verb(
        verbs,
        "validate",
        _validate,
        "check files against their schemas",
        f"{PROG} validate a.jsonl",
    )
    one.add_argument("files", nargs="+", type=Path, metavar="FILE")
    one.add_argument(
        "--schema", metavar="NAME", help="such as row.v1; else told by the file's name"
    )
    one = command.verb(
        verbs,
        "verify",
        _verify,
        "check that an artifact is what it was",
        f"{PROG} verify DIR --deep",
    )
    one.add_argument("folder", type=Path, metavar="DIR")
    one.add_argument("--deep", action="store_true", help="and everything that it was made from")
    one.add_argument(
        "--search",
        nargs="+",
        action="extend",
        type=Path,
        default=[],
        metavar="DIR",
        help="folders below which moved inputs are found, by their digest",
    )
    one = command.verb(
        verbs,
        "compat",
        _compat,
        "tell whether a schema accepts all that an older one does; exit 1 when not, or unknown",
        f"{PROG} compat released/row.v1.schema.json row.v1",
    )
    for name in ("old", "new"):
        one.add_argument(name, metavar=name.upper(), help="a schema's file, or its name: row.v1")
    command.verb(verbs, "list", _list, "list the schemas", f"{PROG} list")
    one = command.verb(verbs, "show", _show, "print a schema", f"{PROG} show verdict.v1")
    one.add_argument("name", metavar="NAME", help="such as verdict.v1")
    return parser


def _validate(args: argparse.Namespace) -> dict[str, Any]:
    results = [_result(path, args.schema or content.infer(_file(path))) for path in args.files]
    problems = [result["problem"] for result in results if "problem" in result]
    if problems:
        raise CheckFailed("\n".join(problems))
    lines = [f"{r['file']}: {r['instances']} x {r['schema']}" for r in results]
    return {"files": results, "message": "\n".join(lines)}


def _result(path: Path, schema: str) -> dict[str, Any]:
    validate.schema(schema)
    try:
        count = content.check(_file(path), schema)
        return {"file": str(path), "schema": schema, "instances": count}
    except OilstoneError as error:
        return {"file": str(path), "schema": schema, "problem": str(error)}


def _file(path: Path) -> Path:
    if not path.is_file():
        raise OilstoneError(f"{path}: no such file")
    return path


def _verify(args: argparse.Namespace) -> dict[str, Any]:
    for folder in args.search:
        if not folder.is_dir():
            raise OilstoneError(f"--search {folder}: no such folder")
    if not args.folder.is_dir():
        raise OilstoneError(f"{args.folder}: no such folder")
    problems = artifact.verify(args.folder, deep=args.deep, search=args.search)
    if problems:
        raise CheckFailed("\n".join(problems))
    reach = ", and so is all it was made from" if args.deep else ""
    return {"folder": str(args.folder), "message": f"{args.folder}: what it was{reach}"}


def _compat(args: argparse.Namespace) -> tuple[dict[str, Any], int]:
    from oilstone_schemas import compat

    answer = compat.compare(_schema(args.old), _schema(args.new))
    found = {"verdict": answer.verdict, "why": answer.why, "witness": answer.witness}
    message = f"{answer.verdict}: {answer.why}" if answer.why else answer.verdict
    if answer.verdict == "incompatible":
        message += f"\nwitness: {json.dumps(answer.witness)}"
    return {**found, "message": message}, 0 if answer.verdict == "compatible" else 1


def _schema(word: str) -> Any:
    return validate.schema(word) if word in validate.names() else content.read(_file(Path(word)))


def _list(args: argparse.Namespace) -> dict[str, Any]:
    titles = {name: validate.schema(name)["description"] for name in validate.names()}
    width = max(map(len, titles))
    lines = [f"{name:<{width}}  {title}" for name, title in titles.items()]
    return {"schemas": titles, "message": "\n".join(lines)}


def _show(args: argparse.Namespace) -> dict[str, Any]:
    schema = validate.schema(args.name)
    if args.json:
        return schema
    return {"message": json.dumps(schema, indent=2, ensure_ascii=False)}
