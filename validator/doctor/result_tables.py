"""The result tables, column by column, as `tables diff` compares them."""

from collections.abc import Iterator

from validator.doctor.line import Line, fail, ok, skip, warn
from validator.doctor.place import Place
from validator.doctor.probe import Access, Probe
from validator.result_tables import CREATE, Compared, compare_table, mend
from validator.ssot.models.tables import ResultTableSpec


def _look(place: Place) -> Iterator[Line]:
    if not place.ssot.result_tables:
        yield skip("the source of truth declares none")
    for table in place.ssot.result_tables:
        yield _line(place, table)


def _line(place: Place, table: ResultTableSpec) -> Line:
    project, dataset = place.project, place.ssot.results_dataset
    found, name = compare_table(table, place.backend.tables.look(dataset, table), project, dataset), table.name
    wrong = "; ".join([*found.to_create, *(unlike.what for unlike in found.unlike)])
    if not wrong:
        return ok(_in_sync(table, found), name)
    local_db = place.settings.local_db if place.local else None
    fix = CREATE if found.to_create else mend(found.unlike[0], project, f"{dataset}.{name}", local_db)
    harmless = not (found.missing or found.lacking) and all(unlike.harmless for unlike in found.unlike)
    return (warn if harmless else fail)(wrong, fix, name)


def _in_sync(table: ResultTableSpec, found: Compared) -> str:
    if table.query is not None:
        return "the declared query"
    relaxed = f"; may be NULL, accepted: {', '.join(found.relaxed)}" if found.relaxed else ""
    return f"all {len(table.columns)} columns{relaxed}"


RESULT_TABLES = Probe(
    name="result tables",
    look=_look,
    access=Access(api="bigquery.googleapis.com", role="roles/bigquery.dataEditor"),
)
