"""The verbs `oilstone-registry serve` and `oilstone-registry keys`."""

from __future__ import annotations

import argparse
import ipaddress
import math
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oilstone_registry.options import open_, verb
from oilstone_schemas import command
from oilstone_schemas.command import MissingTool, OilstoneError
from oilstone_schemas.disk import guard

if TYPE_CHECKING:
    from oilstone_registry.router.router import Settings

SCOPES = ("inference", "outcomes", "admin")
UPSTREAM_KEY = "OILSTONE_UPSTREAM_KEY"


def add(verbs: Any, prog: str, at: str) -> None:
    """Add `serve` and `keys`."""
    example = f"{prog} serve --upstream http://127.0.0.1:8000 --keys keys.json {at}"
    serve = verb(verbs, "serve", _serve, "Route requests to the versions in production and test.",
                 example)  # fmt: skip
    _add_where(serve)
    _add_limits(serve)
    _add_extras(serve)
    _add_keys(verbs, prog)


def at_least(least: float, most: float = math.inf) -> Callable[[str], float]:
    """Return a type of option: a number in these bounds, whole where `least` is."""

    def number(given: str) -> float:
        found = int(given) if isinstance(least, int) else float(given)
        if not least <= found <= most or math.isinf(found):
            bounds = f"at least {least}" if math.isinf(most) else f"from {least} to {most}"
            raise argparse.ArgumentTypeError(f"{given} is not {bounds}")
        return found

    return number


def _add_where(serve: argparse.ArgumentParser) -> None:
    serve.add_argument(
        "--upstream",
        action="append",
        required=True,
        metavar="URL",
        help="a vLLM or compatible server, http://HOST:PORT; repeat for every replica",
    )
    serve.add_argument("--host", default="127.0.0.1", help="where to listen (default: 127.0.0.1)")
    serve.add_argument("--port", type=int, default=8080, help="0 takes a free one (default: 8080)")
    who = serve.add_mutually_exclusive_group(required=True)
    who.add_argument("--keys", type=Path, metavar="FILE", help="API keys, made by `keys add`")
    who.add_argument(
        "--open",
        action="store_true",
        help="no keys: anybody on this machine may ask and report outcomes, nobody is admin",
    )
    serve.add_argument(
        "--upstream-key-file",
        type=Path,
        metavar="FILE",
        help=f"the servers' own API key (default: ${UPSTREAM_KEY})",
    )


def _add_limits(serve: argparse.ArgumentParser) -> None:
    serve.add_argument(
        "--max-in-flight",
        type=at_least(1),
        default=256,
        metavar="N",
        help="requests per replica at a time; more are refused with 503 (default: 256)",
    )
    serve.add_argument(
        "--max-body",
        type=at_least(1),
        default=8 << 20,
        metavar="BYTES",
        help="of a request; a larger one is refused with 413 (default: 8 MiB)",
    )
    for name, default, help in (
        ("connect", 2.0, "to connect"),
        ("first", 60.0, "to the first byte of a stream"),
        ("stall", 60.0, "between two bytes"),
        ("total", 600.0, "for a whole answer"),
    ):
        serve.add_argument(
            f"--{name}-s", type=at_least(0.01), default=default, metavar="S",
            help=f"seconds {help} (default: {default:g})",
        )  # fmt: skip
    serve.add_argument(
        "--outcome-window-s",
        type=at_least(0.0),
        default=7 * 86400.0,
        metavar="S",
        help="how long after its answer an outcome counts (default: 7 days)",
    )


def _add_extras(serve: argparse.ArgumentParser) -> None:
    serve.add_argument(
        "--domains", type=Path, metavar="DIR", help="`oilstone-data classify --export`: model auto"
    )
    serve.add_argument(
        "--route", action="append", default=[], metavar="DOMAIN=NAME",
        help="the specialist of a domain, where the registry leaves it open",
    )  # fmt: skip
    serve.add_argument(
        "--shadow", action="append", default=[], metavar="NAME@VERSION",
        help="send copies of NAME's requests to a version, and throw its answers away",
    )  # fmt: skip
    serve.add_argument(
        "--shadow-share", type=at_least(0.0, 1.0), default=1.0, metavar="SHARE",
        help="of them (default: 1)",
    )  # fmt: skip
    serve.add_argument(
        "--preload", type=at_least(0), default=2, metavar="N",
        help="versions per name that are loaded ahead of their promotion (default: 2)",
    )  # fmt: skip
    serve.add_argument(
        "--max-adapters", type=at_least(1), default=8, metavar="N",
        help="per replica; vLLM's --max-cpu-loras should be no less (default: 8)",
    )  # fmt: skip
    serve.add_argument(
        "--adapters-at", metavar="DIR", help="where the servers see the registry's store"
    )
    serve.add_argument(
        "--problems", type=Path, metavar="DIR", help="problems that answers are judged by"
    )


def _add_keys(verbs: Any, prog: str) -> None:
    about = "Make, list and remove the router's API keys."
    keys = verbs.add_parser("keys", help=about, description=about, allow_abbrev=False)
    below = keys.add_subparsers(metavar="VERB", required=True)
    example = f"{prog} keys add app --scope inference --scope outcomes --keys keys.json"
    add = command.verb(below, "add", _add, "Make a key and show it, once.", example)
    add.add_argument("name", metavar="NAME", help="whose key it is")
    add.add_argument("--scope", action="append", required=True, choices=SCOPES)
    add.add_argument("--max-in-flight", type=at_least(1), metavar="N", help="requests at a time")
    listed = command.verb(
        below, "list", _list, "List the keys, which cannot be shown again.",
        f"{prog} keys list --keys keys.json",
    )  # fmt: skip
    remove = command.verb(
        below, "remove", _remove, "Remove a key; routers refuse it within a second.",
        f"{prog} keys remove app --keys keys.json",
    )  # fmt: skip
    remove.add_argument("name", metavar="NAME", help="name or id")
    for one in (add, listed, remove):
        one.add_argument("--keys", type=Path, required=True, metavar="FILE", help="the keys' file")


def _serve(args: argparse.Namespace) -> None:
    try:
        from oilstone_registry.router import server
    except ImportError as error:
        raise MissingTool(
            f"serve needs {error.name}: pip install 'oilstone-registry[serve]'"
        ) from error
    from oilstone_registry.router.assembled import assembled

    if args.open and not _loopback(args.host):
        raise OilstoneError(f"--open is for this machine alone, not for {args.host}; use --keys")
    router, pages = assembled(open_(args), _settings(args), args)
    try:
        listening = server.bound(args.host, args.port)
    except (OSError, OverflowError) as error:
        raise OilstoneError(f"{args.host}:{args.port}: {error}; choose another --port") from error
    where = listening.getsockname()
    command.say(f"serving on http://{args.host}:{where[1]} (status page: /)")
    server.run(router, listening, pages)


def _settings(args: argparse.Namespace) -> Settings:
    from oilstone_registry.router.router import Settings
    from oilstone_registry.router.upstream import Deadlines

    if len(set(args.upstream)) < len(args.upstream):
        raise OilstoneError("--upstream: the same server twice")
    deadlines = Deadlines(args.connect_s, args.first_s, args.stall_s, args.total_s)
    return Settings(
        upstreams=tuple(args.upstream),
        upstream_key=_upstream_key(args.upstream_key_file),
        deadlines=deadlines,
        max_in_flight=args.max_in_flight,
        max_body=args.max_body,
        outcome_window_s=args.outcome_window_s,
        soon=args.preload,
        adapters_at=args.adapters_at,
        max_adapters=args.max_adapters,
        problems=args.problems,
        shadows=pairs(args.shadow, "@", "--shadow", "rust@0.2.0"),
        shadow_share=args.shadow_share,
    )


def pairs(given: Sequence[str], sign: str, option: str, example: str) -> dict[str, str]:
    """Read A=B options; raises OilstoneError."""
    found = {}
    for one in given:
        name, found_sign, value = one.partition(sign)
        if not (name and found_sign and value):
            raise OilstoneError(f"{option} {one!r}: write it as {example}")
        found[name] = value
    return found


def _upstream_key(path: Path | None) -> str | None:
    if path is None:
        return os.environ.get(UPSTREAM_KEY) or None
    with guard(path):
        key = path.read_text(encoding="utf-8").strip()
    if not key.isascii() or not key.isprintable() or " " in key or not key:
        raise OilstoneError(f"{path}: holds no key: one line of printable characters")
    return key


def _loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _add(args: argparse.Namespace) -> Mapping[str, Any]:
    from oilstone_registry.router import keys

    number, key = keys.add(args.keys, args.name, args.scope, args.max_in_flight)
    command.say(f"{args.name} ({number}); only its hash is kept, so note it now")
    return {"message": key, "id": number, "name": args.name, "key": key}


def _list(args: argparse.Namespace) -> Mapping[str, Any]:
    from oilstone_registry.router import keys

    found = keys.read(args.keys)
    lines = [f"{one['id']}  {one['name']:<24} {', '.join(one['scopes'])}" for one in found]
    shown = [{key: value for key, value in one.items() if key != "sha256"} for one in found]
    return {"message": "\n".join(lines), "keys": shown}


def _remove(args: argparse.Namespace) -> Mapping[str, Any]:
    from oilstone_registry.router import keys

    keys.remove(args.keys, args.name)
    return {"message": f"{args.name} is removed"}
