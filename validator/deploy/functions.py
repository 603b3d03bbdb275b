"""The functions: what is uploaded, and how each is deployed."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from validator.config.jobs import DEAD_LETTER, region, service_account
from validator.deploy import grants
from validator.deploy.project import gcloud, in_region, service_of
from validator.deploy.step import Exactly, Step
from validator.deploy.words import Asked, Command, pairs, word
from validator.errors import ConfigurationError
from validator.ssot.source import Ssot

RUNTIME = "python311"
UPLOADED = ("main.py", "requirements.txt", "validator", "checks", "schemas")
"""What a function is built from; `.gcloudignore` leaves everything else behind."""
SOURCE = Asked(("python", "-m", "validator", "deploy", "source"))
GOOGLES = ("LOG_EXECUTION_ID",)
"""Variables that a deployment adds by itself."""
ENTRY_POINTS = {DEAD_LETTER: "alert_dead_letter"}


def source_files(root: Path) -> Iterator[Path]:
    """The files that are uploaded, in order. Raises ConfigurationError where the project's folder is not here."""
    if missing := [name for name in UPLOADED if not (root / name).exists()]:
        raise ConfigurationError(
            [f"{root / name} is not there: deploying needs the project's folder" for name in missing]
        )
    for name in UPLOADED:
        place = root / name
        found = [place] if place.is_file() else sorted(place.rglob("*"))
        yield from (
            path for path in found if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pyc"
        )


def fingerprint(root: Path) -> str:
    """The same for the same source, and for no other: kept as the function's label, it tells whether it is what is deployed."""
    digest = hashlib.sha256()
    for path in source_files(root):
        digest.update(f"{path.relative_to(root).as_posix()}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def function_step(ssot: Ssot, part: str, name: str, why: str) -> Step:
    """One function, built from the project's folder."""
    deploy = _deploy(ssot, name)
    return Step(
        part=part,
        title=f"function {name}",
        why=why,
        probe=gcloud(ssot, "functions", "describe", name, "--gen2", in_region(ssot)),
        wanted=_wanted(ssot, name),
        create=deploy,
        change=deploy,
    )


def callers(ssot: Ssot, part: str, name: str) -> Iterator[Step]:
    """Our account may call it, and strangers may not."""
    yield next(grant.step(part) for grant in grants.invoker_grants(ssot) if grant.on == f"function {name}")
    for everyone in ("allUsers", "allAuthenticatedUsers"):
        service = (service_of(name), in_region(ssot))
        shown = (
            "--flatten=bindings[].members",
            f"--filter=bindings.role={grants.INVOKER} AND bindings.members={everyone}",
        )
        yield Step(
            part=part,
            title=f"function {name} is closed to {everyone}",
            why="whoever may call it is taken for the scheduler",
            probe=gcloud(ssot, "run", "services", "get-iam-policy", *service, *shown),
            many=True,
            unwanted=True,
            create=gcloud(
                ssot,
                *("run", "services", "remove-iam-policy-binding", *service),
                f"--member={everyone}",
                f"--role={grants.INVOKER}",
                "--condition=None",
            ),
        )


def environment_of(ssot: Ssot) -> dict[str, str]:
    """The variables that a function is given in plain sight."""
    return {
        "VALIDATOR_BACKEND": "gcp",
        "GOOGLE_CLOUD_PROJECT": ssot.pipeline.project_id,
        **{str(name): value for name, value in ssot.pipeline.runner.environment.items()},
    }


def _deploy(ssot: Ssot, name: str) -> Command:
    runner = ssot.pipeline.runner
    secrets = {str(variable): f"{secret}:latest" for variable, secret in runner.secrets.items()}
    return gcloud(
        ssot,
        "functions",
        "deploy",
        name,
        "--gen2",
        in_region(ssot),
        f"--runtime={RUNTIME}",
        "--source=.",
        f"--entry-point={ENTRY_POINTS.get(name, 'run_validation')}",
        "--trigger-http",
        "--no-allow-unauthenticated",
        "--serve-all-traffic-latest-revision",
        f"--service-account={service_account(ssot)}",
        f"--memory={runner.memory}",
        f"--timeout={runner.timeout_seconds}s",
        f"--concurrency={runner.concurrency}",
        f"--max-instances={runner.max_instances}",
        f"--set-env-vars={pairs(environment_of(ssot))}",
        f"--set-secrets={pairs(secrets)}" if secrets else "--clear-secrets",
        word("--update-labels=source=", SOURCE),
    )


def _wanted(ssot: Ssot, name: str) -> dict[str, object]:
    """What would be seen of settings that were changed by hand; a variable that was added by hand is one too."""
    runner = ssot.pipeline.runner
    secrets = [{"key": variable, "secret": secret, "version": "latest"} for variable, secret in runner.secrets.items()]
    return {
        "name": f"projects/{ssot.pipeline.project_id}/locations/{region(ssot)}/functions/{name}",
        "state": "ACTIVE",
        "labels": {"source": (SOURCE,)},
        "buildConfig": {"runtime": RUNTIME, "entryPoint": ENTRY_POINTS.get(name, "run_validation")},
        "serviceConfig": {
            "availableMemory": runner.memory,
            "timeoutSeconds": runner.timeout_seconds,
            "maxInstanceRequestConcurrency": runner.concurrency,
            "allTrafficOnLatestRevision": True,
            "maxInstanceCount": runner.max_instances,
            "serviceAccountEmail": service_account(ssot),
            "environmentVariables": Exactly(environment_of(ssot), besides=GOOGLES),
            **({"secretEnvironmentVariables": secrets} if secrets else {}),
        },
    }
