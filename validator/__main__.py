"""`python -m validator`."""

import gc
import sys

from validator.cli import main

if __name__ == "__main__":
    # A command is over before collecting garbage would pay for itself; at its end everything goes anyway.
    gc.disable()
    code = main()
    gc.freeze()
    sys.exit(code)
