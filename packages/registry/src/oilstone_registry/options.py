"""What the verbs share: which registry, who acts, and the way to open it."""

import argparse
import getpass
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oilstone_schemas import command
from oilstone_schemas.command import OilstoneError

if TYPE_CHECKING:  # SQLAlchemy takes a while to import; --help does without
    from oilstone_registry.audit import Act
    from oilstone_registry.database import Registry

ENVIRONMENT, STORE = "OILSTONE_REGISTRY", "OILSTONE_STORE"


def verb(
    verbs: Any, name: str, func: command.Function, help: str, example: str
) -> argparse.ArgumentParser:
    """Add a verb that reads the registry."""
    parser = command.verb(verbs, name, func, help, example)
    parser.add_argument(
        "--registry",
        metavar="PATH_OR_URL",
        help="the registry: a SQLite file, or postgresql+psycopg://USER@HOST/DATABASE"
        f" (default: ${ENVIRONMENT})",
    )
    return parser


def acting(parser: argparse.ArgumentParser) -> None:
    """Add who does it and why."""
    parser.add_argument("--as", dest="actor", metavar="WHO", help="who does it (default: you)")
    parser.add_argument("--reason", metavar="TEXT", help="why, for the log")


def making(parser: argparse.ArgumentParser) -> None:
    """Add where a registry that does not exist yet keeps its copies."""
    parser.add_argument(
        "--store",
        metavar="DIR_OR_URL",
        help="of a new registry: where copies are kept, a folder or fsspec URL"
        f" (default: ${STORE}, else beside the SQLite file)",
    )


def swapping(parser: argparse.ArgumentParser) -> None:
    """Add the compare of compare-and-set."""
    parser.add_argument(
        "--generation",
        type=int,
        metavar="N",
        help="refuse unless the production alias is still at this generation (see show)",
    )


def open_(args: argparse.Namespace, *, create: bool = False) -> "Registry":
    """Open the registry that the arguments or the environment name."""
    from oilstone_registry.database import open_registry

    where = args.registry or os.environ.get(ENVIRONMENT)
    if not where:
        raise OilstoneError(f"which registry? Give --registry PATH, or set {ENVIRONMENT}")
    store = (args.store or os.environ.get(STORE)) if create else None
    return open_registry(where, create=create, store=store)


def act(args: argparse.Namespace) -> "Act":
    """Return who acts and why."""
    from oilstone_registry.audit import Act

    return Act(args.actor or _user(), args.reason)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return f"uid {os.getuid()}"


def written(path: Path | None, text: str) -> None:
    """Write a file whole, if one is asked for."""
    from oilstone_schemas.disk import replacing

    if path is not None:
        with replacing(path) as temporary:
            temporary.write_text(text, encoding="utf-8")
