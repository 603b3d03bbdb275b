"""One request in a process that lacks some packages: `python -m tests.http.without PACKAGES TARGET` prints the answer as JSON."""

import importlib.abc
import json
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType


class Blocker(importlib.abc.MetaPathFinder):
    """Finds nothing, and makes sure that nobody else finds these packages."""

    def __init__(self, packages: Sequence[str]) -> None:
        self.packages = tuple(packages)

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """As if they were not installed."""
        for package in self.packages:
            if name == package or name.startswith(f"{package}."):
                raise ModuleNotFoundError(f"No module named {package!r}", name=package)
        return None


def main(packages: str, target: str) -> None:
    """Ask, and print status, body and the modules that this brought in beyond Flask's own."""
    from flask import Request
    from werkzeug.test import EnvironBuilder

    asked = Request(EnvironBuilder(path=target).get_environ())
    before = set(sys.modules)
    sys.meta_path.insert(0, Blocker([package for package in packages.split(",") if package]))
    from main import run_validation

    answer = run_validation(asked)
    modules = sorted(set(sys.modules) - before)
    print(json.dumps({"status": answer.status_code, "body": answer.get_data(as_text=True), "modules": modules}))


if __name__ == "__main__":
    main(*sys.argv[1:])
