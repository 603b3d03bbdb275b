"""A checkout of five thousand modules is audited in seconds."""

import ast
import time
from pathlib import Path

import pytest

from validator.audit.run import Audit

MODULES = 5_000
MOST_TIMES = 6.0
"""How many times as long as parsing the same files, and nothing else, an audit may take; it takes about two."""
BODY = '''"""Module {at} of a pipeline."""

import logging

logger = logging.getLogger(__name__)


class Job{at}:
    """Moves rows of one day."""

    batch = {at}

    def __init__(self, client, day):
        self.client = client
        self.day = day
        self.rows = []

    def run(self):
        for index, row in enumerate(self.client.fetch(self.day)):
            if not row.get("valid") or index > self.batch:
                logger.info("passed over %s of %s", index, self.day)
                continue
            self.rows.append({{"id": row["id"], "value": float(row["value"]) * 1.5, "day": str(self.day)}})
        return sorted(self.rows, key=lambda one: (one["day"], one["id"]))
'''
NAMING = """

class Config:
    upstream_processors = ["nbac_schedule", "odds_api_game_lines"]
    query = f"SELECT * FROM `{project}.nba_raw.nbac_schedule` WHERE game_date = @day"
"""


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every tenth module names something of the pipeline; one of them is stale."""
    root = tmp_path_factory.mktemp("large")
    for folder in range(50):
        (root / f"package_{folder}").mkdir()
    for at in range(MODULES):
        text = BODY.format(at=at) + (NAMING if at % 10 == 0 else "")
        (root / f"package_{at % 50}" / f"module_{at}.py").write_text(text)
    (root / "package_7" / "module_4007.py").write_text(BODY.format(at=4007) + "\nTABLE = 'nba_raw.br_roster'\n")
    return root


def test_takes_a_few_times_as_long_as_parsing(checkout: Path, shipped: Audit) -> None:
    """The one stale file is found among all of them, in time that is measured against Python's own parser."""
    begun = time.process_time()
    for path in checkout.rglob("*.py"):
        ast.parse(path.read_bytes())
    parsed = time.process_time()
    report = Audit(checkout, shipped.ssot, dict).run()
    audited = time.process_time()
    assert [(one.file, one.line) for one in report.findings] == [("package_7/module_4007.py", 26)]
    assert report.files == MODULES
    assert audited - parsed < MOST_TIMES * (parsed - begun)
