"""The one command that mends what a probe found."""

import shlex

from validator.doctor.place import Place
from validator.doctor.probe import Access
from validator.errors import ConfigurationError, ServiceError, ValidatorError
from validator.reasons import DENIED, NO_CREDENTIALS, NOT_FOUND, REFUSED_CREDENTIALS, STALE_CREDENTIALS

AGAIN = "python -m validator doctor"
CHECK = "python -m validator config check"
DEPLOY = "python -m validator deploy apply"
EDIT = f'"${{EDITOR:-vi}}" schemas/pipeline.yaml && {DEPLOY}'
DEMO = "python -m validator demo"
LOGIN = "gcloud auth application-default login"
_ROLES = {"bigquery.jobs.create": "roles/bigquery.jobUser"}
"""Permissions that a service names and that no role for reading has."""
_ON_DATASETS = "roles/bigquery.data"
"""Roles that the service's own account is given on single datasets, never on the project."""
_SWITCHED_OFF = ("has not been used in project", "is disabled")
_NOT_INSTALLED = "is not installed"


def mended(place: Place, access: Access | None, error: ValidatorError) -> str:
    """What to type where a service could not be asked; where only time can help, to look again."""
    if isinstance(error, ConfigurationError) or place.local:
        return DEMO
    reason = error.reason if isinstance(error, ServiceError) else ""
    if _NOT_INSTALLED in reason:
        return "python -m pip install -r requirements.txt"
    if reason.startswith((NO_CREDENTIALS, STALE_CREDENTIALS, REFUSED_CREDENTIALS)):
        return DEPLOY if place.settings.on_google_cloud else LOGIN
    if access and any(words in reason for words in _SWITCHED_OFF):
        return shlex.join(["gcloud", "services", "enable", access.api, f"--project={place.project}"])
    if access and reason.startswith(DENIED):
        words = ["gcloud", "projects", "add-iam-policy-binding", place.project]
        role = next((role for permission, role in _ROLES.items() if permission in reason), access.role)
        if role.startswith(_ON_DATASETS) and member(place) == f"serviceAccount:{place.runner_account}":
            return DEPLOY
        return f"{shlex.join(words)} --member={member(place)} --role={role} --condition=None"
    if access and access.absent and reason.startswith(NOT_FOUND):
        return f"{access.absent} --location={place.region} --project={place.project}"
    return AGAIN


def member(place: Place) -> str:
    """Who lacks a permission, as IAM names them: the account that asked; a person's is known to gcloud alone."""
    if place.identity.account:
        return f"serviceAccount:{place.identity.account}"
    if place.settings.on_google_cloud:
        return f"serviceAccount:{place.runner_account}"
    return '"user:$(gcloud config get-value account)"'


def set_variable(place: Place, name: str, example: str) -> str:
    """What gives this process a variable: the shell; for the deployed service, `runner` of `pipeline.yaml` and a deployment.

    A secret's new value is read from the terminal, and only instances that start after it know it.
    """
    if not place.settings.on_google_cloud:
        return f"export {name}={shlex.quote(example)}"
    secrets = {str(variable): secret for variable, secret in place.ssot.pipeline.runner.secrets.items()}
    if (secret := secrets.get(name)) is None:
        return EDIT
    project = f"--project={place.project}"
    add = ["gcloud", "secrets", "versions", "add", secret, "--data-file=-", project]
    function = place.ssot.pipeline.runner.function
    renew = ["gcloud", "run", "services", "update", function, f"--region={place.region}", project]
    return f"{shlex.join(add)} && {shlex.join([*renew, f'--update-secrets={name}={secret}:latest'])}"


def scheduler_command(place: Place, verb: str, job: str) -> str:
    """A command of gcloud about one of this service's jobs."""
    words = ["gcloud", "scheduler", "jobs", verb, job, f"--location={place.region}", f"--project={place.project}"]
    return shlex.join(words)
