"""Puts the router together: the parts that the options ask for, and the page."""

from __future__ import annotations

import argparse

from oilstone_registry.database import Registry
from oilstone_registry.page import routes
from oilstone_registry.router import log, replicas
from oilstone_registry.router.command import pairs
from oilstone_registry.router.domains import Domains
from oilstone_registry.router.judge import Judge
from oilstone_registry.router.keys import Keys
from oilstone_registry.router.router import Router, Settings
from oilstone_registry.router.web import Endpoint

Pages = dict[tuple[str, str], Endpoint]


def assembled(
    registry: Registry, settings: Settings, args: argparse.Namespace
) -> tuple[Router, Pages]:
    """Return a router that has not begun, and the endpoints of its page."""
    log.configure()
    domains = None
    if args.domains is not None:
        chosen = pairs(args.route, "=", "--route", "math=math-tiny")
        domains = Domains(args.domains, chosen)
    router = Router(registry, settings, Keys(args.keys), domains)
    router.background.append(replicas.run)
    if settings.problems is not None:
        router.judge = Judge(settings.problems)
        router.background.append(router.judge.run)
    return router, routes.routes(router)
