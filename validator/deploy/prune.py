"""What this service made once and no longer declares. Its own is what bears its prefix and calls its functions; nothing else is touched."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from validator.config.jobs import DEAD_LETTER, PREFIX, calls, declared_jobs, function_url, own_subscriptions, region
from validator.deploy.project import gcloud
from validator.deploy.shell import Failed, Shell
from validator.deploy.step import Step
from validator.deploy.words import Command
from validator.ssot.source import Ssot


def leftovers(ssot: Ssot, shell: Shell) -> tuple[Step, ...]:
    """A step per leftover, which deletes it. Asks the live project. Raises Failed."""
    return (*_jobs(ssot, shell), *_subscriptions(ssot, shell))


def _jobs(ssot: Ssot, shell: Shell) -> Iterator[Step]:
    declared = {_short(job) for job in declared_jobs(ssot)}
    place = f"--location={region(ssot)}"
    for job in _listed(shell, gcloud(ssot, "scheduler", "jobs", "list", place)):
        name, uri = _short(job), str((job.get("httpTarget") or {}).get("uri", ""))
        if name.startswith(PREFIX) and name not in declared and calls(uri, function_url(ssot)):
            why = f"calls {uri} at {job.get('schedule')}, and no schedule declares it"
            yield _deletion(f"job {name}", why, gcloud(ssot, "scheduler", "jobs", "delete", name, place, "--quiet"))


def _subscriptions(ssot: Ssot, shell: Shell) -> Iterator[Step]:
    for subscription in _listed(shell, gcloud(ssot, "pubsub", "subscriptions", "list")):
        name, uri = _short(subscription), str((subscription.get("pushConfig") or {}).get("pushEndpoint", ""))
        ours = name.startswith(f"{DEAD_LETTER}-") and calls(uri, function_url(ssot, DEAD_LETTER))
        if ours and name not in own_subscriptions(ssot):
            why = (
                f"listens to {_short({'name': subscription.get('topic', '')})}, which is no declared dead-letter topic"
            )
            yield _deletion(
                f"subscription {name}", why, gcloud(ssot, "pubsub", "subscriptions", "delete", name, "--quiet")
            )


def _deletion(title: str, why: str, command: Command) -> Step:
    return Step(part="No longer declared", title=f"delete {title}", why=why, create=command)


def _listed(shell: Shell, command: Command) -> list[dict[str, Any]]:
    answer = shell.must((*command, "--format=json"))
    try:
        found = json.loads(answer.out or "[]")
    except ValueError:
        found = None
    if not isinstance(found, list):
        raise Failed(replace(answer, code=1, err="it did not answer with a list in JSON", out=""))
    return sorted((one for one in found if isinstance(one, dict) and one.get("name")), key=_short)


def _short(thing: dict[str, Any]) -> str:
    return str(thing["name"]).rpartition("/")[2]
