"""`python -m validator`."""

import gc
import sys

from validator.cli import main

if __name__ == "__main__":
    # A command is over before a collection would pay for itself.
    gc.disable()
    sys.exit(main())
