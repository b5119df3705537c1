"""`python -m oilstone_data`."""

import sys

from oilstone_data.cli import main

sys.exit(main())
