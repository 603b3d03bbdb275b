"""The environment: all problems at once, sensible defaults, what is needed to tell never stops a run."""

import pytest

from validator.errors import ConfigurationError
from validator.settings import read_settings


def test_defaults() -> None:
    """Nothing set: the local backend with its usual places."""
    settings = read_settings({})
    assert (settings.backend, settings.schemas, settings.local_db, settings.outbox, settings.port) == (
        "local",
        "schemas",
        "local/pipeline.duckdb",
        "local/outbox",
        8080,
    )


def test_google_cloud_is_the_default_where_it_runs() -> None:
    """K_SERVICE set means Google Cloud, unless the backend is named."""
    assert read_settings({"K_SERVICE": "validation-runner"}).backend == "gcp"
    assert read_settings({"K_SERVICE": "validation-runner", "VALIDATOR_BACKEND": "local"}).backend == "local"


def test_every_malformed_value_is_named_at_once() -> None:
    """One message names all of them, and shows no secret."""
    broken = {
        "VALIDATOR_BACKEND": "aws",
        "PORT": "http",
        "CLOUD_RUN_TIMEOUT_SECONDS": "-1",
        "EMAIL_ALERTS_TO": "a@example.com, nobody",
        "ALERT_FROM_EMAIL": "a@example.com,b@example.com",
        "SLACK_WEBHOOK_URL": "hooks.example.com/secret",
    }
    with pytest.raises(ConfigurationError) as caught:
        read_settings(broken)
    for name in broken:
        assert name in str(caught.value)
    assert "secret" not in str(caught.value)


def test_lists_of_recipients() -> None:
    """Comma lists, spaces and empties ignored, each address once."""
    assert read_settings({"EMAIL_ALERTS_TO": " a@example.com ,, b@example.com,a@example.com"}).recipients == (
        "a@example.com",
        "b@example.com",
    )


def test_missing_to_tell_is_no_problem_here() -> None:
    """L-87: what mail lacks is named for the answer, and stops nothing."""
    assert read_settings({"VALIDATOR_BACKEND": "gcp"}).missing_to_tell == (
        "SENDGRID_API_KEY",
        "ALERT_FROM_EMAIL",
        "EMAIL_ALERTS_TO",
    )
