"""Run `python -m oilstone_registry`."""

from oilstone_registry.cli import main

raise SystemExit(main())
