"""`python -m oilstone_train` is `oilstone-train`."""

import sys

from oilstone_train.cli import main

if __name__ == "__main__":
    sys.exit(main())
