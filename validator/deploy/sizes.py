"""How large a function may be, and how much of a processor it is given for its memory."""

from collections.abc import Iterator

from validator.ssot.models.pipeline import RunnerSpec

LEAST, MOST = 0.125, 32
"""GiB of memory that a function may have."""
WHOLE = 2
"""GiB of memory with which it is given a whole processor; with less it answers one request at a time."""
MOST_AT_ONCE = 1000
SHARES = {0.125: 0.083, 0.25: 0.167, 0.5: 0.333, 1: 0.583, 2: 1.0, 4: 2.0, 8: 2.0, 16: 4.0, 32: 8.0}


def gibibytes(memory: str) -> float:
    """`256Mi` → 0.25."""
    return int(memory[:-2]) / (1024 if memory.endswith("Mi") else 1)


def processors(memory: str) -> float:
    """How much of a processor a function of that memory is given: that of the next size, where it is between two."""
    return next((share for size, share in SHARES.items() if gibibytes(memory) <= size), SHARES[MOST])


def out_of_bounds(runner: RunnerSpec) -> Iterator[str]:
    """Why no function can be of that size, one sentence each."""
    size = gibibytes(runner.memory)
    if not LEAST <= size <= MOST:
        yield f"runner.memory {runner.memory}: a function has 128Mi to 32Gi"
    if runner.concurrency > 1 and size < WHOLE:
        yield f"runner.concurrency {runner.concurrency} needs a whole processor: runner.memory 2Gi or more"
    if runner.concurrency > MOST_AT_ONCE:
        yield f"runner.concurrency {runner.concurrency}: at most {MOST_AT_ONCE}"
