"""`python -m tests.bench [a|b|c ...]`: the table of ratios. It says what is missed, and fails only when a side does not work."""

import argparse
import os

from tests.bench import against_sql, cold_start, waiting
from tests.bench.measuring import render

BENCHMARKS = {"a": against_sql.measure, "b": waiting.measure, "c": cold_start.measure}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument(
        "which", nargs="*", metavar="a|b|c", help="default: all", choices=[*BENCHMARKS, "all"], default="all"
    )
    asked = parser.parse_args().which
    which = list(BENCHMARKS) if "all" in asked else asked
    before = os.getloadavg()[0]
    rows = [row for name in which for row in BENCHMARKS[name]()]
    print(render(rows))
    print(f"medians; {os.cpu_count()} processors, load {before:.1f} before and {os.getloadavg()[0]:.1f} after")


if __name__ == "__main__":
    main()
