"""Loading `schemas/`: loading is validating. Either everything is right, or one error lists all that is wrong."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from validator.errors import ConfigurationError
from validator.ssot.document import Document, Problem, read_document
from validator.ssot.models.checks import ChecksFile, SchedulesFile, SilencesFile
from validator.ssot.models.infrastructure import JobsFile, ServicesFile, TopicsFile
from validator.ssot.models.pipeline import PipelineSpec
from validator.ssot.models.processors import PhaseSpec
from validator.ssot.models.tables import ResultTablesFile, TablesFile
from validator.ssot.reader import nearest, read_as_meant
from validator.ssot.rules import cross_file_problems
from validator.ssot.source import Ssot

T = TypeVar("T")

KINDS: Mapping[str, type] = {
    "pipeline.yaml": PipelineSpec,
    "checks.yaml": ChecksFile,
    "schedules.yaml": SchedulesFile,
    "silences.yaml": SilencesFile,
    "validation_results.yaml": ResultTablesFile,
    "infrastructure/bigquery_tables.yaml": TablesFile,
    "infrastructure/cloud_run_services.yaml": ServicesFile,
    "infrastructure/pubsub_topics.yaml": TopicsFile,
    "infrastructure/scheduler_jobs.yaml": JobsFile,
}
REQUIRED = ("pipeline.yaml", "checks.yaml", "schedules.yaml", "validation_results.yaml")


@dataclass
class Files:
    """The files of a `schemas/` directory as read: documents by name, models by name, and every problem."""

    documents: dict[str, Document] = field(default_factory=dict)
    models: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def phases(self) -> Iterator[tuple[str, PhaseSpec]]:
        """Each processor file that could be read, with its name."""
        return ((name, model) for name, model in self.models.items() if isinstance(model, PhaseSpec))


def load(directory: Path) -> Ssot:
    """Read and validate a `schemas/` directory.

    Raises ConfigurationError holding every problem of every file, each with file, line and column.
    """
    if not directory.is_dir():
        raise ConfigurationError([f"{directory}: no such directory (VALIDATOR_SCHEMAS names it)"])
    files = read_files(directory)
    if files.documents.keys() == files.models.keys() >= set(REQUIRED):
        files.problems.extend(cross_file_problems(files.documents, files.models, build(directory, files)))
    if files.problems:
        raise ConfigurationError([str(problem) for problem in sorted(files.problems)])
    return build(directory, files)


def read_files(directory: Path) -> Files:
    """Read each file by its model; nothing is compared across files yet."""
    files = Files()
    for name in REQUIRED:
        if not (directory / name).is_file():
            files.problems.append(Problem(file=name, text="is missing"))
    for path in sorted(directory.rglob("*.y*ml")):
        name = path.relative_to(directory).as_posix()
        kind = PhaseSpec if path.parent == directory / "processors" else KINDS.get(name)
        if kind is None:
            files.problems.append(
                Problem(file=name, text=f"is not a file of the source of truth{nearest(name, KINDS)}")
            )
            continue
        read_file(path, name, kind, files)
    return files


def read_file(path: Path, name: str, kind: type[T], files: Files) -> T | None:
    """Read one file as `kind` into `files`; None when something in it could not even be guessed."""
    document = read_document(path, name)
    files.documents[name] = document
    files.problems.extend(document.problems)
    if document.problems:
        return None
    model = read_as_meant(kind, document, files.problems)
    if model is not None:
        files.models[name] = model
    return model


def build(directory: Path, files: Files) -> Ssot:
    """Put the models together; files that may be left out count as empty."""
    models = files.models
    digest = hashlib.sha256()
    for name in sorted(files.documents):
        digest.update(name.encode() + b"\0" + (directory / name).read_bytes() + b"\0")
    tables = models.get("infrastructure/bigquery_tables.yaml") or TablesFile(datasets=())
    services = models.get("infrastructure/cloud_run_services.yaml") or ServicesFile(services=())
    topics = models.get("infrastructure/pubsub_topics.yaml") or TopicsFile(topics=())
    jobs = models.get("infrastructure/scheduler_jobs.yaml") or JobsFile(jobs=())
    silences = models.get("silences.yaml") or SilencesFile()
    return Ssot(
        directory=str(directory),
        sha=digest.hexdigest()[:12],
        pipeline=models["pipeline.yaml"],
        phases={phase.phase: phase for _, phase in sorted(files.phases(), key=lambda item: item[1].phase)},
        datasets=tables.datasets,
        services=services.services,
        topic_entries=topics.topics,
        jobs=jobs.jobs,
        checks=models["checks.yaml"].checks,
        schedules=models["schedules.yaml"].schedules,
        silences=silences.silences,
        result_tables=models["validation_results.yaml"].tables,
    )
