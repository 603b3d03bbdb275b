"""`python -m tests.mutants [CHECK…]`: break each check class, and see that its tests notice.

Exit code 0: every mutant was killed; 1: one survived; 2: a check's tests fail as it is, or there is no such check.
"""

import argparse
import multiprocessing
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from tests.mutants.proof import MUTATIONS, Proof, prove
from tests.mutants.report import counts, known_equivalent, table, without_equivalent
from validator.check import Check
from validator.registry import check_classes

AT_A_TIME = 2
TESTS = Path(__file__).parents[1] / "checks"


def main(arguments: Sequence[str] | None = None) -> int:
    """Prove the named checks, or all, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("checks", nargs="*", metavar="CHECK", help="a file of checks/ without .py (default: all)")
    parser.add_argument("-v", "--verbose", action="store_true", help="also say which test killed each mutant")
    asked = parser.parse_args(arguments)
    kinds = {kind.__module__.rpartition(".")[2]: kind for kind in check_classes().values()}
    if unknown := set(asked.checks) - kinds.keys():
        print(f"no such check: {', '.join(sorted(unknown))}; known: {', '.join(sorted(kinds))}", file=sys.stderr)
        return 2
    proofs = proved({name: kinds[name] for name in asked.checks or sorted(kinds)}, verbose=asked.verbose)
    reasons = known_equivalent()
    told = [without_equivalent(proof, reasons) for proof in proofs]
    names = {kind: list(reasons.get(kind, ())) for kind in reasons if kind not in kinds}
    for line in table(told, [mutation.name for mutation in MUTATIONS], reasons):
        print(line)
    for name in names:
        print(f"equivalent.yaml speaks of no check: {name}")
    killed, survived = counts(told)
    print(f"\n{killed} passed, {survived + len(names)} failed")
    return 2 if any(proof.broken for proof in told) else 1 if survived or names else 0


def proved(kinds: Mapping[str, type[Check]], *, verbose: bool) -> Sequence[Proof]:
    """The proofs, in the order asked; those with most tests are begun first."""
    tests = {name: TESTS / f"test_{name}.py" for name in kinds}
    size = {name: file.stat().st_size if file.exists() else 0 for name, file in tests.items()}
    found: dict[str, Proof] = {}
    with ProcessPoolExecutor(AT_A_TIME, mp_context=multiprocessing.get_context("fork")) as pool:
        order = sorted(kinds, key=lambda name: -size[name])
        waiting = [pool.submit(prove, kinds[name], tests[name]) for name in order]
        for done in as_completed(waiting):
            proof = done.result()
            found[proof.check] = proof
            if sys.stderr.isatty():
                print(f"{len(found)}/{len(kinds)} {proof.check} {proof.seconds:.0f} s", file=sys.stderr)
            for one in proof.outcomes if verbose else ():
                print(f"{proof.check}: {one.mutation}: {one.fate} {one.what} {one.by}", file=sys.stderr)
    return [found[name] for name in kinds]


if __name__ == "__main__":
    sys.exit(main())
