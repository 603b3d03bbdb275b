"""Commands for the project that the source of truth names: never for whichever one gcloud has as its default."""

from collections.abc import Iterator

from validator.config.jobs import region
from validator.deploy.words import Asked, Command, Word
from validator.ssot.source import Ssot


def gcloud(ssot: Ssot, *words: Word) -> Command:
    """A gcloud command for this project."""
    return ("gcloud", *words, f"--project={ssot.pipeline.project_id}")


def ask(ssot: Ssot, *words: str) -> Asked:
    """What a gcloud command for this project answers."""
    return Asked(("gcloud", *words, f"--project={ssot.pipeline.project_id}"))


def bq(ssot: Ssot, command: str, *words: str) -> Command:
    """A bq command for this project."""
    return ("bq", command, f"--project_id={ssot.pipeline.project_id}", *words)


def in_region(ssot: Ssot) -> str:
    """The flag that says where functions and services are."""
    return f"--region={region(ssot)}"


PLACEHOLDERS = ("example", "example.com", "example.net", "example.org", "invalid", "localhost", "test")
"""Domains that are reserved for documents and tests (RFC 2606): nobody reads mail there."""


def unread(ssot: Ssot) -> Iterator[str]:
    """The addresses to deploy with that nobody reads, one sentence each."""
    for name, value in ssot.pipeline.runner.environment.items():
        for address in value.split(","):
            domain = address.strip().rpartition("@")[2].lower()
            if "@" in address and any(domain == one or domain.endswith(f".{one}") for one in PLACEHOLDERS):
                yield f"{name} is {address.strip()}, a placeholder: write a real one into runner.environment in pipeline.yaml"
