"""What a text or a number in `schemas/` may be: names, times, addresses, shares."""

import math
import re
from datetime import date
from typing import Annotated, Literal

from validator.clock import Cron, days
from validator.ssot.reader import TIME_OF_DAY, Rule


class Matches:
    """Whether a text is of a pattern, as a whole; the pattern is there to be shown."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self._compiled = re.compile(pattern)

    def __call__(self, text: str) -> bool:
        """The answer for this text."""
        return self._compiled.fullmatch(text) is not None


def _is_cron(text: str) -> bool:
    try:
        cron = Cron.parse(text)
    except ValueError:
        return False
    return any(map(cron.fires_on, days(date(2024, 1, 1), date(2027, 12, 31))))


def _positive(value: float) -> bool:
    return 0 < value < math.inf


Identifier = Annotated[str, Rule("a name of letters, digits and _", Matches(r"[A-Za-z_][A-Za-z0-9_]{0,299}"))]
TableName = Annotated[
    str, Rule("a table, or dataset.table", Matches(r"([A-Za-z_][A-Za-z0-9_]*\.)?[A-Za-z_][A-Za-z0-9_$]*"))
]
FullTable = Annotated[str, Rule("dataset.table", Matches(r"[A-Za-z_][A-Za-z0-9_]*\.[A-Za-z_][A-Za-z0-9_]*"))]
Project = Annotated[str, Rule("a project id", Matches(r"[a-z][a-z0-9.:-]{2,61}[a-z0-9]"))]
Resource = Annotated[
    str, Rule("a resource name of letters, digits, - and _", Matches(r"[A-Za-z][A-Za-z0-9_.~+%-]{0,254}"))
]
Name = Annotated[str, Rule("a name of lower-case letters, digits and _", Matches(r"[a-z][a-z0-9_]{0,99}"))]
TimeOfDay = Annotated[str, TIME_OF_DAY]
MonthDay = Annotated[str, Rule("a day of the year, MM-DD", Matches(r"(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"))]
CronText = Annotated[str, Rule("a cron expression of five fields that fires some day", _is_cron)]
Above0 = Annotated[float, Rule("a number above 0", _positive)]
Count = Annotated[int, Rule("a whole number of 0 or more", lambda value: value >= 0)]
Span = Annotated[int, Rule("a whole number of 1 or more", _positive)]
Seconds = Annotated[int, Rule("a number of seconds above 0", _positive)]
Share = Annotated[float, Rule("a share above 0 and at most 1", lambda value: 0 < value <= 1)]
Email = Annotated[str, Rule("an e-mail address", Matches(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+"))]
RelativePath = Annotated[
    str,
    Rule(
        "a path below the root, no part of which begins with a dot",
        Matches(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*"),
    ),
]
SecretVariable = Annotated[
    str,
    Rule(
        "SENDGRID_API_KEY, HEARTBEAT_URL, GITHUB_TOKEN, SLACK_WEBHOOK_URL, or SLACK_WEBHOOK_URL_NAME for the channel #name",
        Matches(r"SENDGRID_API_KEY|HEARTBEAT_URL|GITHUB_TOKEN|SLACK_WEBHOOK_URL(_[A-Z0-9]+)*"),
    ),
]
"""Variables whose values are secrets: they come from Secret Manager, and their values stand nowhere in `schemas/`."""
PlainVariable = Literal["ALERT_FROM_EMAIL", "EMAIL_ALERTS_TO", "EMAIL_CRITICAL_TO", "SENDGRID_HOST"]
FunctionName = Annotated[
    str,
    Rule(
        "a function's name: a-z, 0-9 and -, from a letter on, 63 at most", Matches(r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?")
    ),
]
is_region = Matches(r"[a-z]+(-[a-z]+)+[0-9]{1,2}")
Region = Annotated[str, Rule("a region like europe-west1", is_region)]
Account = Annotated[
    str,
    Rule(
        "a service account's name or address",
        Matches(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(@[a-z0-9][a-z0-9.-]{1,200})?"),
    ),
]
Memory = Annotated[str, Rule("a size of memory like 256Mi or 1Gi", Matches(r"[1-9][0-9]{0,4}(Mi|Gi)"))]
SecretName = Annotated[str, Rule("a secret's name of letters, digits, - and _", Matches(r"[A-Za-z0-9_-]{1,255}"))]
Day = Literal["target", "today", "yesterday"]
GeneratedKind = Literal[
    "orchestration_config",
    "processor_list",
    "monitoring_sql",
    "dashboard_overview",
    "dashboard_health",
    "diagram",
    "scheduler_jobs",
    "absence_alerts",
    "check_reference",
    "processor_registry",
    "json_schema",
]
