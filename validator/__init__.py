"""Watches a phased data pipeline and tells the truth about it."""

from datetime import date as Date  # noqa: N812 - the parameter is called `date`
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from validator.results import Run

__all__ = ["run_schedule"]


def run_schedule(
    name: str, *, date: "Date | None" = None, now: "datetime | None" = None, trigger_source: str = "manual"
) -> "Run":
    """Run a schedule and return the run that HTTP and the command line print.

    `date` is the target date (default: the schedule's own, from `now`), `now` an aware instant used as the run's clock (default:
    the real one). Settings come from the environment. Raises NotFound for an unknown schedule, BadRequest for a naive `now`,
    and ConfigurationError or ServiceError when no run could be made.
    """
    # Imported when called: `/health` and the version are answered without the engine.
    from validator.clock import real_now  # noqa: PLC0415
    from validator.compose import service, settings_of_process  # noqa: PLC0415
    from validator.errors import BadRequest  # noqa: PLC0415
    from validator.identity import Request  # noqa: PLC0415

    if now is not None and now.tzinfo is None:
        raise BadRequest("now must be an aware datetime")
    request = Request(schedule=name, now=now or real_now(), day=date, trigger_source=trigger_source)
    return service(settings_of_process()).run(request)
