"""Tests of one group run in one worker: what they lay out is laid out once, and an emulator is asked by one of them at a time."""

import re
import subprocess
import sys
from pathlib import Path

GROUPED = """
import pytest
pytestmark = pytest.mark.xdist_group("one")
@pytest.mark.parametrize("n", range(8))
def test_it(n): pass
"""


def test_a_group_stays_together(tmp_path: Path) -> None:
    """The runner and its plugin agree on groups; where they do not, nothing else would say so."""
    (tmp_path / "test_grouped.py").write_text(GROUPED)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-v",
        "-n",
        "2",
        "--dist",
        "loadgroup",
        "-p",
        "no:cacheprovider",
        str(tmp_path),
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert len(set(re.findall(r"\[(gw\d)\].*PASSED", done.stdout))) == 1
