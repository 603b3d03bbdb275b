"""The limit: four hand-written statements over the same file, and nothing else. A script; it knows nothing of this project.

usage: limit.py DATABASE DECLARED LAST_DAY, prints JSON with the rows per table and day, the newest date per table, the streak
of failures per subject, and what is declared and missing.
"""

import json
import sys
from pathlib import Path
from typing import Any

import duckdb

MISSING = """
SELECT declared.name, declared.wanted FROM (
  SELECT key AS name, unnest(from_json(value, '["VARCHAR"]') || ['']) AS wanted FROM json_each($declared)
) AS declared ANTI JOIN (
  SELECT schema_name || '.' || table_name AS name, unnest(list(column_name) || ['']) AS found FROM duckdb_columns() WHERE NOT internal GROUP BY ALL
) AS live ON live.name = declared.name AND live.found = declared.wanted
"""
DAY = (
    "SELECT '{0}' AS name, game_date FROM {0} WHERE game_date BETWEEN CAST($last AS DATE) - 13 AND CAST($last AS DATE)"
)
ROWS = "SELECT name, game_date, count(*) FROM ({0}) GROUP BY ALL"
NEWEST = (
    "SELECT '{0}', max(game_date) FROM {0} WHERE game_date BETWEEN CAST($last AS DATE) - 29 AND CAST($last AS DATE)"
)
STREAKS = """
WITH runs AS (
  SELECT processor_name, run_id, min(started_at) AS started, bool_or(status IN ('success', 'partial')) AS succeeded, bool_or(status = 'failed') AS failed
  FROM ops.runs WHERE data_date BETWEEN CAST($last AS DATE) - 13 AND CAST($last AS DATE) + 1 GROUP BY ALL
), placed AS (
  SELECT *, max(started) FILTER (succeeded) OVER (PARTITION BY processor_name) AS last_success FROM runs
)
SELECT processor_name, count(*) FILTER (failed AND NOT succeeded AND (last_success IS NULL OR started > last_success)) FROM placed GROUP BY processor_name
"""


def main(path: str, declared: str, last: str) -> None:
    """Ask and print."""
    names = json.loads(declared)
    with duckdb.connect(path, read_only=True) as database:
        missing = database.execute(MISSING, {"declared": declared}).fetchall()
        absent = {name for name, column in missing if not column}
        tables = [name for name, columns in names.items() if columns and name not in absent]
        rows = database.execute(ROWS.format(_union(DAY, tables)), {"last": last}).fetchall()
        newest = database.execute(_union(NEWEST, tables), {"last": last}).fetchall()
        streaks = database.execute(STREAKS, {"last": last}).fetchall()
    answers = {
        "rows": {f"{name} {day}": count for name, day, count in rows},
        "newest": {name: str(day) for name, day in newest},
        "streaks": dict(streaks),
        "missing": sorted([name, column] for name, column in missing if not column or name not in absent),
    }
    print(json.dumps(answers))


def _union(statement: str, tables: list[str]) -> str:
    return " UNION ALL ".join(statement.format(name) for name in tables)


if __name__ == "__main__":
    arguments: Any = sys.argv
    main(arguments[1], Path(arguments[2]).read_text(), arguments[3])
