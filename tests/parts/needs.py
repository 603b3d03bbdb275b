"""The rule for a part that is not on the machine: a failure where ``CI`` is set, a loud skip elsewhere."""

import os
from typing import NoReturn

import pytest

from . import finding

PREFIX = "MISSING PART"


def needs(part: str) -> None:
    """Let the test go on only if `part` is here: one of `finding.FINDERS`."""
    try:
        finding.FINDERS[part]()
    except finding.MissingError as error:
        give_up(part, error)


def give_up(part: str, reason: Exception) -> NoReturn:
    """End the test for want of `part`: failed when ``CI`` is set, skipped otherwise."""
    message = f"{PREFIX} {part}: {reason} (tests/parts/README.md says how to install it)"
    if os.environ.get("CI"):
        pytest.fail(message, pytrace=False)
    pytest.skip(message)
