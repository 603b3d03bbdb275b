"""The tests, as a package: `tests.parts` is importable and no folder here can hide a product package."""
