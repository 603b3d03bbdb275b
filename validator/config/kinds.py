"""What each kind of generated file holds: from `pipeline.yaml`'s list to paths and texts."""

from collections.abc import Callable, Container, Mapping
from pathlib import PurePosixPath

from validator.compose import Service
from validator.config.absence import render_absence_alerts
from validator.config.diagram import render_diagram
from validator.config.documents import render_check_reference, render_processor_registry
from validator.config.head import seal
from validator.config.health import health_panels
from validator.config.jobs import render_scheduler_jobs
from validator.config.json_schema import render_json_schemas
from validator.config.monitoring import render_monitoring_sql
from validator.config.orchestration import render_orchestration_config
from validator.config.overview import overview_panels
from validator.errors import ConfigurationError
from validator.registry import check_classes
from validator.ssot.models.kinds import GeneratedKind
from validator.ssot.models.pipeline import GeneratedSpec
from validator.ssot.source import Ssot

FOREIGN: GeneratedKind = "processor_list"
"""The kind of a list inside code that people write: it is compared, and never generated."""
DESCRIBING: frozenset[GeneratedKind] = frozenset({"diagram", "check_reference", "processor_registry", "json_schema"})
"""The kinds that describe the source of truth: they lie beside it, also where the pipeline's code lies elsewhere."""


def texts_of(svc: Service, kinds: Container[GeneratedKind] | None = None) -> dict[str, str]:
    """Every file to generate (of these kinds), by its path below the root.

    Raises ConfigurationError when two would be one file, or a dashboard can't be made here.
    """
    made: dict[str, str] = {}
    for entry in svc.ssot.pipeline.generated:
        if entry.kind != FOREIGN and (kinds is None or entry.kind in kinds):
            files = _files(svc, entry)
            if twice := sorted(made.keys() & files.keys()):
                raise ConfigurationError([f"pipeline.yaml: generated: {path} would be written twice" for path in twice])
            made.update(files)
    return {path: seal(text) for path, text in sorted(made.items())}


def foreign_paths(ssot: Ssot) -> tuple[str, ...]:
    """Files that are declared only to be compared."""
    return tuple(entry.path for entry in ssot.pipeline.generated if entry.kind == FOREIGN)


def _files(svc: Service, entry: GeneratedSpec) -> Mapping[str, str]:
    if entry.kind == "json_schema":
        schemas = render_json_schemas(svc.ssot.pipeline.name, check_classes())
        return {str(PurePosixPath(entry.path) / name): text for name, text in schemas.items()}
    return {entry.path: _TEXTS[entry.kind](svc)}


def _overview(svc: Service) -> str:
    return _dashboard()(svc.ssot, "overview", "orchestration overview", overview_panels(svc.ssot), "health")


def _health(svc: Service) -> str:
    return _dashboard()(svc.ssot, "health", "pipeline health", health_panels(svc.ssot), "overview")


def _dashboard() -> Callable[..., str]:
    """Imported when a dashboard is made: everything else is generated without Grafana's builders."""
    try:
        from validator.config.grafana import render_dashboard  # noqa: PLC0415
    except ImportError as error:
        text = f"dashboards need the grafana extra of pyproject.toml, which is not installed here: {error}"
        raise ConfigurationError([text]) from error
    return render_dashboard


_TEXTS: Mapping[GeneratedKind, Callable[[Service], str]] = {
    "orchestration_config": lambda svc: render_orchestration_config(svc.ssot),
    "monitoring_sql": lambda svc: render_monitoring_sql(svc.ssot),
    "dashboard_overview": _overview,
    "dashboard_health": _health,
    "diagram": lambda svc: render_diagram(svc.ssot),
    "scheduler_jobs": lambda svc: render_scheduler_jobs(svc.ssot),
    "absence_alerts": lambda svc: render_absence_alerts(svc.ssot),
    "check_reference": render_check_reference,
    "processor_registry": lambda svc: render_processor_registry(svc.ssot),
}
