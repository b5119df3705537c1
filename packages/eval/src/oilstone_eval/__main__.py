"""`python -m oilstone_eval` is the `oilstone-eval` command."""

import sys

from oilstone_eval.cli import main

if __name__ == "__main__":
    sys.exit(main())
