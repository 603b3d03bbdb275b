"""What a month costs, computed from the source of truth: formulas, assumptions and where the prices come from."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from validator.clock import Cron, days
from validator.config.jobs import own_functions
from validator.deploy.sizes import gibibytes, processors
from validator.registry import check_classes, schedule_items
from validator.ssot.models.checks import ScheduleSpec
from validator.ssot.source import Ssot

GIB, TIB = 2**30, 2**40
LEAST_BILLED = 10 * 2**20
"""What BigQuery bills at least for each table that a query names."""
SHARED_JOBS = 3
"""Queries of a run that no check makes by itself: calendar, plan and columns."""
STORE_JOBS, STORE_TABLES = 7, 2
"""Queries of a run on the result tables, of which each names two: finding and storing it, what was told and judged before (twice where
there is something to tell), and recording what was told."""
DAYS = 365


@dataclass(frozen=True, kw_only=True)
class Price:
    """A list price in US dollars, what is free of it each month, and where it is listed."""

    usd: float
    per: str
    free: float = 0.0
    source: str = ""


QUERIES = Price(usd=8.44, per="TiB billed", free=1.0, source="https://cloud.google.com/bigquery/pricing")
QUERIES_BEYOND = Price(usd=QUERIES.usd, per=QUERIES.per, source=QUERIES.source)
"""The same where what is free is used up."""
VCPU = Price(usd=0.0000336, per="vCPU-second", free=180_000, source="https://cloud.google.com/run/pricing")
MEMORY = Price(usd=0.0000035, per="GiB-second", free=360_000, source="https://cloud.google.com/run/pricing")
JOBS = Price(usd=0.10, per="job", free=3, source="https://cloud.google.com/scheduler/pricing")
SECRETS = Price(usd=0.06, per="secret with a value", free=6, source="https://cloud.google.com/secret-manager/pricing")
IMAGES = Price(usd=0.10, per="GiB of images", free=0.5, source="https://cloud.google.com/artifact-registry/pricing")
IMAGE_GIB = 0.5


@dataclass(frozen=True, kw_only=True)
class Item:
    """One thing that is paid for: how much of it a month takes, by which formula, and at what price."""

    what: str
    formula: str
    amount: float
    price: Price

    @property
    def usd(self) -> float:
        """Without what is free: others in the same billing account may have used that up."""
        return self.amount * self.price.usd

    @property
    def beyond_free(self) -> float:
        """With what is free."""
        return max(0.0, self.amount - self.price.free) * self.price.usd


def estimate(ssot: Ssot, seconds: float) -> tuple[Item, ...]:
    """The items of a month in which a run takes that many seconds."""
    runs = {name: runs_a_month(schedule) for name, schedule in ssot.schedules.items()}
    every = sum(runs.values())
    queries = sum(runs[name] * jobs_of(ssot, schedule) for name, schedule in ssot.schedules.items())
    tables = sum(not table.disabled for table in ssot.tables.values())
    tebibytes = queries * tables * LEAST_BILLED / TIB
    memory = ssot.pipeline.runner.memory
    size, vcpu = gibibytes(memory), processors(memory)
    functions = len(own_functions(ssot))
    return (
        Item(
            what="queries",
            formula=f"{queries:,.0f} queries × {tables} tables × 10 MB, as if each named every table",
            amount=tebibytes,
            price=QUERIES,
        ),
        Item(
            what="results",
            formula=f"{every:,.0f} runs × {STORE_JOBS} queries × {STORE_TABLES} result tables × 10 MB",
            amount=every * STORE_JOBS * STORE_TABLES * LEAST_BILLED / TIB,
            price=QUERIES_BEYOND,
        ),
        Item(
            what="processor",
            formula=f"{every:,.0f} runs × {seconds:g} s × {vcpu:g} vCPU",
            amount=every * seconds * vcpu,
            price=VCPU,
        ),
        Item(
            what="memory",
            formula=f"{every:,.0f} runs × {seconds:g} s × {size:g} GiB",
            amount=every * seconds * size,
            price=MEMORY,
        ),
        Item(what="scheduler", formula=f"{len(runs)} jobs, one a schedule", amount=len(runs), price=JOBS),
        Item(
            what="secrets",
            formula=f"{len(ssot.pipeline.runner.secrets)} secrets",
            amount=len(ssot.pipeline.runner.secrets),
            price=SECRETS,
        ),
        Item(
            what="images",
            formula=f"{functions} functions × {IMAGE_GIB} GiB",
            amount=functions * IMAGE_GIB,
            price=IMAGES,
        ),
    )


def runs_a_month(schedule: ScheduleSpec) -> float:
    """How often a schedule fires, a twelfth of a year's."""
    cron, first = Cron.parse(schedule.cron), date(2026, 1, 1)
    fires = sum(len(cron.times()) for day in days(first, first + timedelta(days=DAYS - 1)) if cron.fires_on(day))
    return fires / 12


def jobs_of(ssot: Ssot, schedule: ScheduleSpec) -> int:
    """The most queries that a run of the schedule makes."""
    classes = check_classes()
    return SHARED_JOBS + sum(classes[ssot.checks[check].class_].query_jobs for check, _ in schedule_items(schedule))


def mails_a_month(ssot: Ssot) -> float:
    """Mails that go out although nothing changed."""
    return sum(runs_a_month(schedule) for schedule in ssot.schedules.values() if schedule.notify == "always")


def render(ssot: Ssot, seconds: float) -> Iterator[str]:
    """The estimate, a line an item, then what it rests on."""
    items = estimate(ssot, seconds)
    yield f"A month of {ssot.pipeline.runner.function} for {ssot.pipeline.name}, roughly, in US dollars:"
    yield ""
    yield f"{'':<10} {'list':>8} {'with free tier':>15}   how it is computed"
    for item in items:
        yield (
            f"{item.what:<10} {item.usd:>8.2f} {item.beyond_free:>15.2f}   "
            f"{item.formula} = {item.amount:,.4g} at ${item.price.usd:g} per {item.price.per}"
        )
    yield f"{'together':<10} {sum(item.usd for item in items):>8.2f} {sum(item.beyond_free for item in items):>15.2f}"
    yield ""
    yield f"mails      {mails_a_month(ssot):,.0f} a month go out in any case, more when something changes; what they cost is between you and SendGrid"
    yield f"ceiling    a query is refused beyond {ssot.pipeline.runner.maximum_bytes_billed / GIB:,.1f} GiB billed (runner.maximum_bytes_billed)"
    yield (
        "truth      what was billed is stored with every result: "
        f"SELECT SUM(bytes_billed) FROM {ssot.results_dataset}.validation_check_results WHERE DATE(check_timestamp) >= …"
    )
    yield "prices     are assumptions, those of 2025 for one of the dearer American regions; today's stand at"
    yield from (f"           {source}" for source in sorted({item.price.source for item in items}))
    yield "left out   dead letters, calls by people, logs, storage of results, Cloud Build: each under a dollar in such a month"
