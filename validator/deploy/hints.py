"""What is likely behind a command's failure, and what to type."""

import re

HINTS = (
    (r"active account|gcloud auth login|reauthenticat|refresh.{0,40}token", "you are not logged in: gcloud auth login"),
    (
        r"default credentials|application-default",
        "Python has no credentials of yours: gcloud auth application-default login",
    ),
    (
        r"SERVICE_DISABLED|has not been used in project|API .{0,60}not enabled",
        "an API was enabled a moment ago and is not there yet: wait a minute",
    ),
    (
        r"actAs|iam\.serviceAccountUser",
        "you may not act as the service account: an owner gives you roles/iam.serviceAccountUser on it",
    ),
    (
        r"service account .{0,200} does not exist",
        "a service account that was made a moment ago is not known everywhere yet: wait a minute",
    ),
    (r"billing", "the project has no billing account: gcloud billing projects link"),
    (
        r"1st gen|first generation|already exists in a different|gen1|not a 2nd gen",
        "a function of that name exists in the first generation: delete it, its name can't be taken over",
    ),
    (
        r"build failed|build error|Build.{0,40}(?:failed|error)|cloudbuild",
        "the build failed: gcloud builds list --limit=1 shows which, and its log why; "
        "where the build's account lacks a role, give it roles/cloudbuild.builds.builder",
    ),
    (r"container.{0,40}failed to start|HealthCheckContainerError", "the function did not start: its log says why"),
    (
        r"Secret.{0,80}(?:not found|was not found|DESTROYED|DISABLED)",
        "a secret has no value that is enabled: gcloud secrets versions list",
    ),
    (r"quota|RESOURCE_EXHAUSTED|rate limit", "a quota is used up: wait a minute"),
    (
        r"PERMISSION_DENIED|does not have permission|Access Denied|forbidden|403",
        "your account may not do this: docs/deployment/DEPLOYING.md names the roles that deploying needs",
    ),
    (
        r"lines instead of one",
        "what is asked for has to exist just once: the list above shows what there is",
    ),
    (r"did not end within", "it may have gone on without us: look, then apply again"),
    (r"NOT_FOUND|not found|does not exist", "something it refers to is not there: config verify names what is missing"),
)


def likely(text: str) -> str:
    """The first reason that fits what a command said; empty where none does."""
    return next((hint for pattern, hint in HINTS if re.search(pattern, text, re.IGNORECASE | re.DOTALL)), "")
