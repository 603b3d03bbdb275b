"""What is to begin once the first event of a date is over: since when, and what has begun."""

from collections.abc import Sequence
from datetime import datetime

from validator.look import World


def first_over(world: World) -> datetime | str:
    """When the first event of the target date was over; why there is no such instant, where there is none.

    A calendar that does not say when an event became final is believed once every outcome should be known.
    """
    calendar, day = world.pipeline.calendar, world.target
    settled, event = calendar.settled(day), calendar.spec.event
    if not settled:
        return f"no {event} of {day} is over yet" if calendar.events(day) else f"no {event} on {day}"
    known = [one.final_since for one in settled if one.final_since]
    return min(known) if known else world.pipeline.due(day, calendar.spec.settled_by, 1)


def begun_since(
    world: World, table: str, workflow: str, began: str, prefix: str, since: datetime
) -> Sequence[tuple[str, datetime]]:
    """The workflows of that prefix which have begun since, and when first; a wrong name finds nothing, and that is no success (FA-12).

    `workflow` and `began` are the table's columns. Raises ServiceError.
    """
    sql = (
        f"SELECT `{workflow}` AS workflow, MIN(`{began}`) AS began FROM `{world.ssot.pipeline.project_id}.{table}` "
        f"WHERE `{began}` BETWEEN @first AND @last AND STRPOS(`{workflow}`, @prefix) = 1 GROUP BY workflow ORDER BY began"
    )
    rows = world.query(sql, {"first": since, "last": world.pipeline.now, "prefix": prefix})
    return [(str(row["workflow"]), row["began"]) for row in rows]
