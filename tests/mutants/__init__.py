"""A mutation proof: each check class is broken on purpose, and a test of it must fail.

`python -m tests.mutants [CHECK…]` runs each check's tests once as they are, noting what the check uses; then once more per mutant,
in a process of its own, only those tests that can notice. A mutant no test notices has survived: the tests are too weak.
"""
