"""Run `python -m oilstone_gates`."""

from oilstone_gates.cli import main

raise SystemExit(main())
