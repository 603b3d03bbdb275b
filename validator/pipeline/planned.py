"""What the pipeline itself planned: one more source of what was due, beside the calendar.

It only ever adds. A plan that excuses an output, or that was never made, takes nothing away from what the calendar's events owe.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from validator.ssot.models.calendar import PlannedSpec
from validator.world import Query, Row

LOOK_BACK_DAYS = 60

Planned = Mapping[tuple[date, str], datetime]
"""Until when an output is expected for a date."""


def planned_query(spec: PlannedSpec, project: str, around: date) -> Query:
    """The one query that reads the plan around a date."""
    where = "".join(f" AND `{column}` = @where_{index}" for index, column in enumerate(spec.where))
    return Query(
        sql=(
            f"SELECT `{spec.date}` AS day, `{spec.output}` AS output, `{spec.status}` AS status, `{spec.due}` AS due "
            f"FROM `{project}.{spec.table}` WHERE `{spec.date}` BETWEEN @first AND @last{where}"
        ),
        parameters={
            "first": around - timedelta(days=LOOK_BACK_DAYS),
            "last": around + timedelta(days=2),
            **{f"where_{index}": value for index, value in enumerate(spec.where.values())},
        },
    )


def planned_of(spec: PlannedSpec, rows: Iterable[Row]) -> Planned:
    """The plan in those rows. One without an instant until which it is expected owes nothing yet; of several for one output the first counts."""
    owed = [row for row in rows if row["status"] not in spec.excused and isinstance(row["due"], datetime)]
    return {
        (row["day"], str(row["output"])): row["due"] for row in sorted(owed, key=lambda row: row["due"], reverse=True)
    }
