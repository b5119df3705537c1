"""`python -m oilstone_schemas`."""

from oilstone_schemas.cli import main

raise SystemExit(main())
