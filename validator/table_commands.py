"""The commands about result tables: make them, and hold what is there against what is declared."""

from validator.commands import Call
from validator.result_tables import CREATE, Compared, compare_table, mend
from validator.status import ExitCode
from validator.tell.plain import amount, plain


def tables(call: Call) -> int:
    """`tables create` and `tables diff`. Neither ever drops or retypes anything."""
    return _create(call) if call.arguments.action == "create" else _diff(call)


def _create(call: Call) -> int:
    """Makes what is missing, adds columns that are missing; 1 where a table is so unlike that rows would be refused."""
    svc = call.service()
    project, dataset = svc.ssot.pipeline.project_id, svc.ssot.results_dataset
    local_db, refused = _local_db(call), 0
    with svc.tables() as admin:
        for table in svc.ssot.result_tables:
            print(f"{dataset}.{table.name}: {admin.ensure(dataset, table)}")
            left = compare_table(table, admin.look(dataset, table), project, dataset).unlike
            for unlike in (one for one in left if not one.harmless):
                refused += 1
                print(f"  {plain(unlike.what)}\n      → {mend(unlike, project, f'{dataset}.{table.name}', local_db)}")
    return ExitCode.FINDINGS if refused else ExitCode.FINE


def _local_db(call: Call) -> str | None:
    return call.settings.local_db if call.settings.backend == "local" else None


def _diff(call: Call) -> int:
    """Every table: in sync, what `tables create` mends, and what only a person can mend, with the command."""
    svc = call.service()
    project, dataset = svc.ssot.pipeline.project_id, svc.ssot.results_dataset
    local_db, drifted = _local_db(call), 0
    with svc.tables() as admin:
        for table in svc.ssot.result_tables:
            found = compare_table(table, admin.look(dataset, table), project, dataset)
            name = f"{dataset}.{table.name}"
            drifted += not found.in_sync
            print(f"{name}: {plain(_summary(found))}")
            for words in found.to_create:
                print(f"  {plain(words)}\n      → {CREATE}")
            for unlike in found.unlike:
                print(f"  {plain(unlike.what)}\n      → {mend(unlike, project, name, local_db)}")
    count = amount(len(svc.ssot.result_tables), "result table")
    print(f"{count}, {drifted} unlike declared" if drifted else f"{count}, all in sync")
    return ExitCode.FINDINGS if drifted else ExitCode.FINE


def _summary(found: Compared) -> str:
    if found.missing:
        return "missing"
    if not found.in_sync:
        return "differs"
    relaxed = f" (may be NULL, accepted: {', '.join(found.relaxed)})" if found.relaxed else ""
    return f"in sync{relaxed}"
