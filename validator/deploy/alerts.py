"""The alert that needs nothing of this service: whoever notices that it is dead must not depend on it."""

import json
from collections.abc import Iterator
from hashlib import sha256

from validator.config.absence import absence_policy
from validator.deploy.project import ask, gcloud
from validator.deploy.step import Step
from validator.deploy.words import listed
from validator.settings import read_settings
from validator.ssot.source import Ssot

ONE = ("--sort-by=name", "--limit=1", "--format=value(name)")
"""Of two channels to the same address one will do."""


def alerts(ssot: Ssot) -> Iterator[Step]:
    """Who is told of what is critical, as channels of Cloud Monitoring, and the policy that tells them."""
    part, function = "Absence alert", ssot.pipeline.runner.function
    names = {email: f"{function}: {email}" for email in told(ssot)}
    for email, name in names.items():
        shown = ("beta", "monitoring", "channels", "list", _named(name))
        yield Step(
            part=part,
            title=f"channel {name}",
            why="who is told when this service has stopped",
            probe=gcloud(ssot, *shown),
            many=True,
            wanted=[{"enabled": True, "labels": {"email_address": email}}],
            create=gcloud(
                ssot,
                *("beta", "monitoring", "channels", "create", "--type=email"),
                f"--display-name={name}",
                f"--channel-labels=email_address={email}",
            ),
            change=gcloud(
                ssot,
                *("beta", "monitoring", "channels", "update", (ask(ssot, *shown, *ONE),)),
                "--enabled",
                f"--update-channel-labels=email_address={email}",
            ),
        )
    # A policy names its channels by ids that nobody knows before; by this label one that was made for other people is told apart.
    policy = {**absence_policy(ssot), "userLabels": {"recipients": sha256(" ".join(names).encode()).hexdigest()[:16]}}
    show = ("alpha", "monitoring", "policies", "list", _named(str(policy["displayName"])))
    channels = [ask(ssot, "beta", "monitoring", "channels", "list", _named(name), *ONE) for name in names.values()]
    text = f"--policy={json.dumps(policy, indent=2, ensure_ascii=False)}"
    yield Step(
        part=part,
        title=f"alert {policy['displayName']}",
        why="no call has succeeded for longer than any pause between two schedules",
        probe=gcloud(ssot, *show),
        many=True,
        wanted=[{**policy, "notificationChannels": [(one,) for one in channels]}],
        create=gcloud(
            ssot,
            *("alpha", "monitoring", "policies", "create", text),
            *([listed("--notification-channels", channels)] if channels else []),
        ),
        change=gcloud(
            ssot,
            *("alpha", "monitoring", "policies", "update", (ask(ssot, *show, "--format=value(name)"),), text),
            *([listed("--set-notification-channels", channels)] if channels else []),
        ),
    )


def _named(name: str) -> str:
    return f"--filter=displayName={json.dumps(name, ensure_ascii=False)}"


def told(ssot: Ssot) -> tuple[str, ...]:
    """Those who get critical mail, else those who get any, else the owners."""
    settings = read_settings({str(name): value for name, value in ssot.pipeline.runner.environment.items()})
    owners = tuple(dict.fromkeys(owner.email for owner in ssot.pipeline.owners.values() if owner.email))
    return settings.critical_recipients or settings.recipients or owners
