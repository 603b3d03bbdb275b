"""Config sync: the live warehouse against the source of truth."""

from collections.abc import Iterator
from dataclasses import dataclass

from validator.check import Check, Finding, Measurement, NotDue
from validator.look import World


@dataclass(frozen=True, kw_only=True)
class ConfigSync(Check):
    """Does every declared table exist, with its date column and the columns that are declared for it?"""

    unit = "tables unlike the source of truth"
    fail = "> 0"
    remedy = "bq ls --project_id $project $dataset"

    def measure(self, world: World) -> Iterator[Finding]:
        live = world.catalog()
        for dataset in world.ssot.datasets:
            if not dataset.tables:
                yield NotDue(subject=dataset.name, reason="the source of truth declares no table in it")
                continue
            wrong = []
            for spec in dataset.tables:
                table = world.ssot.tables[f"{dataset.name}.{spec.name}"]
                columns = live.get(table.name)
                if columns is None:
                    wrong.append(f"{spec.name} is missing")
                elif lacking := [
                    name for name in (*([table.date] if table.date else []), *spec.columns) if name not in columns
                ]:
                    wrong.append(f"{spec.name} has no {', '.join(dict.fromkeys(lacking))}")
            yield Measurement(
                subject=dataset.name,
                value=len(wrong),
                note="; ".join(wrong[:10]) if wrong else f"all {len(dataset.tables)} declared tables are there",
                expected=f"{len(dataset.tables)} tables",
                actual=f"{len(dataset.tables) - len(wrong)} as declared",
                affected=len(wrong) or None,
                fill={"dataset": dataset.name},
                facts={"wrong": wrong},
            )
