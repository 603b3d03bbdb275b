"""Commands for the project that the source of truth names: never for whichever one gcloud has as its default."""

from collections.abc import Iterator

from validator.config.absence import absence_policy, longest_silence
from validator.config.jobs import DEAD_LETTER, region, service_account, service_region
from validator.deploy.sizes import out_of_bounds
from validator.deploy.words import Asked, Command, Word
from validator.ssot.models.kinds import is_region
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


def service_of(function: str) -> str:
    """A function's service on Cloud Run: of the same name, in lower case and with dashes."""
    return function.lower().replace("_", "-")


ACCOUNT_LETTERS = 6, 30
"""How few and how many letters the name of a service account may have."""
PLACEHOLDERS = ("example", "example.com", "example.net", "example.org", "invalid", "localhost", "test")
"""Domains that are reserved for documents and tests (RFC 2606): nobody reads mail there."""


def impossible(ssot: Ssot) -> Iterator[str]:
    """Why this can't be deployed as it is declared, one sentence each: names that are taken, a place where no function can be."""
    function, where = ssot.pipeline.runner.function, region(ssot)
    if function == DEAD_LETTER:
        yield f"runner.function {function} is the name of the other function: the one would be deployed over the other"
    if not is_region(where):
        yield f"{where} is no region that a function can be in: set runner.region"
    for service in ssot.services:
        if not is_region(place := service_region(ssot, service)):
            yield f"service {service.name} is in {place}, which is no region: set its region, or runner.region"
    few, many = ACCOUNT_LETTERS
    name, _, domain = service_account(ssot).partition("@")
    if domain.endswith(".iam.gserviceaccount.com") and not few <= len(name) <= many:
        named = "service_account" if ssot.pipeline.runner.service_account else "function"
        yield f"runner.{named} {name} can't name a service account ({few} to {many} letters): set runner.service_account"
    yield from out_of_bounds(ssot.pipeline.runner)
    if not ssot.schedules:
        yield "schedules.yaml declares no schedule: nothing would ever be run"


def unheard(ssot: Ssot) -> Iterator[str]:
    """Why nobody would hear that this service stopped, or anything from it, one sentence each."""
    yield from _unread(ssot)
    if not absence_policy(ssot)["enabled"] and "HEARTBEAT_URL" not in {
        *ssot.pipeline.runner.secrets,
        *ssot.pipeline.runner.environment,
    }:
        hours = f"{longest_silence(ssot).total_seconds() / 3600:g}"
        yield (
            f"schedules rest for {hours} hours, longer than Cloud Monitoring can wait: the absence alert is made switched off. "
            "Add a schedule in between, or set HEARTBEAT_URL"
        )


def _unread(ssot: Ssot) -> Iterator[str]:
    """The addresses to deploy with that nobody reads, one sentence each; and that there are none at all."""
    for name, value in ssot.pipeline.runner.environment.items():
        for address in value.split(","):
            domain = address.strip().rpartition("@")[2].lower()
            if "@" in address and any(domain == one or domain.endswith(f".{one}") for one in PLACEHOLDERS):
                yield f"{name} is {address.strip()}, a placeholder: write a real one into runner.environment in pipeline.yaml"
    owners = any(owner.email for owner in ssot.pipeline.owners.values())
    if not (owners or {"EMAIL_ALERTS_TO", "EMAIL_CRITICAL_TO"} & set(ssot.pipeline.runner.environment)):
        yield "nobody is named who would get mail: write EMAIL_ALERTS_TO into runner.environment in pipeline.yaml"
