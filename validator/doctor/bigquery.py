"""BigQuery: the catalog, one question to each dataset, and the list of load jobs."""

from collections.abc import Iterator, Sequence

from validator.doctor.line import Line, fail, ok, skip, warn
from validator.doctor.mending import mended
from validator.doctor.place import Place
from validator.doctor.probe import Access, Probe
from validator.errors import ServiceError
from validator.evidence.rows import count_rows
from validator.ssot.source import Table
from validator.tell.plain import amount

API = "bigquery.googleapis.com"
READ = Access(api=API, role="roles/bigquery.dataViewer")
VERIFY = "python -m validator config verify"


def _catalog(place: Place) -> Iterator[Line]:
    """INFORMATION_SCHEMA of every declared dataset."""
    live = place.world.columns()
    for dataset in place.ssot.datasets:
        if dataset.tables and not any(name.startswith(f"{dataset.name}.") for name in live):
            yield warn("it does not exist, or has no table", VERIFY, dataset.name)
    yield ok(f"{amount(len(live), 'table')} in {amount(len({name.split('.')[0] for name in live}), 'dataset')}")


def _reads(place: Place) -> Iterator[Line]:
    """One day of one table of each dataset, in one job; where that is refused, of each dataset by itself."""
    try:
        tables = _one_of_each(place)
    except ServiceError:
        yield skip("which tables are there is not known")
        return
    if not tables:
        yield skip("no declared table that is there has a date column")
        return
    try:
        yield ok(_counted(place, tables))
    except ServiceError as error:
        if error.transient or len(tables) == 1:
            raise
        for table in tables:
            yield _by_itself(place, table)


def _by_itself(place: Place, table: Table) -> Line:
    try:
        return ok(_counted(place, [table]), table.dataset)
    except ServiceError as error:
        return fail(error.reason, mended(place, READ, error), table.dataset)


def _counted(place: Place, tables: Sequence[Table]) -> str:
    today = place.world.target
    counted = count_rows(place.world, tables, today, today)
    rows = sum(day.rows for table in counted.values() for day in table.days.values())
    names = ", ".join(table.name for table in tables)
    return f"{amount(rows, 'row')} of today read in {names}"


def _one_of_each(place: Place) -> list[Table]:
    """The first declared table of each dataset that can be asked for a day."""
    live, found = place.world.catalog(), dict[str, Table]()
    for table in place.ssot.tables.values():
        if live.get(table.name, {}).get(table.date or "") == "DATE":
            found.setdefault(table.dataset, table)
    return list(found.values())


def _load_jobs(place: Place) -> Iterator[Line]:
    """The list of everybody's jobs, which takes a role of its own."""
    jobs = place.world.load_jobs(1)
    if jobs is None:
        yield skip("this warehouse has no load jobs")
    else:
        yield ok(f"{amount(sum(jobs.values()), 'load job')} in the last hour")


CATALOG = Probe(name="BigQuery catalog", look=_catalog, access=Access(api=API, role="roles/bigquery.metadataViewer"))
READS = Probe(name="BigQuery rows", look=_reads, access=READ)
LOAD_JOBS = Probe(
    name="BigQuery jobs",
    look=_load_jobs,
    access=Access(api=API, role="roles/bigquery.resourceViewer"),
    classes=("LoadJobQuota",),
)
