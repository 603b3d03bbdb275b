"""The environment, read here and nowhere else.

What is needed to judge is refused, all of it in one message, before anything runs. What is needed only to tell never stops a
run: it is judged and stored, and the missing names are in the answer.
"""

import os
import pwd
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from validator.errors import ConfigurationError

Backend = Literal["local", "gcp"]
_OWN_WEBHOOK = re.compile(r"SLACK_WEBHOOK_URL(_[A-Z0-9]+)+")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the environment says. Texts are empty when unset; lists hold addresses; `slack_webhooks` are those of one channel each, by variable."""

    backend: Backend = "local"
    schemas: str = "schemas"
    local_db: str = "local/pipeline.duckdb"
    outbox: str = "local/outbox"
    project: str = ""
    sendgrid_key: str = ""
    sendgrid_host: str = "https://api.sendgrid.com"
    sender: str = ""
    recipients: tuple[str, ...] = ()
    critical_recipients: tuple[str, ...] = ()
    slack_webhook: str = ""
    slack_webhooks: Mapping[str, str] = field(default_factory=dict)
    heartbeat_url: str = ""
    github_token: str = ""
    github_host: str = "https://api.github.com"
    checkout: str = ""
    bigquery_emulator: str = ""
    firestore_emulator: str = ""
    pubsub_emulator: str = ""
    function_timeout_seconds: int | None = None
    revision: str = ""
    on_google_cloud: bool = False
    user: str = ""
    port: int = 8080
    colour: bool = True

    @property
    def missing_to_tell(self) -> tuple[str, ...]:
        """Names of what is needed to send mail and is not set."""
        wanted = {
            "SENDGRID_API_KEY": self.sendgrid_key,
            "ALERT_FROM_EMAIL": self.sender,
            "EMAIL_ALERTS_TO": self.recipients,
        }
        return tuple(name for name, value in wanted.items() if not value)


class MalformedEnvironment(ConfigurationError):
    """Values that can't be used. `settings` is what the environment says without them: to find what else is wrong, not to work with."""

    def __init__(self, problems: Sequence[str], settings: Settings) -> None:
        self.settings = settings
        super().__init__(problems)


def revision() -> str | None:
    """The deployed revision, None outside Google Cloud. Never fails: `/health` shows it."""
    return os.environ.get("K_REVISION")


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings of this process. Raises MalformedEnvironment listing every malformed value."""
    env = os.environ if environment is None else environment
    problems: list[str] = []
    on_google_cloud = bool(env.get("K_SERVICE"))
    backend = env.get("VALIDATOR_BACKEND") or ("gcp" if on_google_cloud else "local")
    if backend not in ("local", "gcp"):
        problems.append(f"VALIDATOR_BACKEND is {backend!r}: expected local or gcp")
    settings = Settings(
        backend="gcp" if backend == "gcp" else "local",
        schemas=env.get("VALIDATOR_SCHEMAS") or "schemas",
        local_db=env.get("VALIDATOR_LOCAL_DB") or "local/pipeline.duckdb",
        outbox=env.get("VALIDATOR_OUTBOX") or "local/outbox",
        project=env.get("GOOGLE_CLOUD_PROJECT", ""),
        sendgrid_key=env.get("SENDGRID_API_KEY", "").strip(),
        sendgrid_host=_url(env, "SENDGRID_HOST", "https://api.sendgrid.com", problems),
        sender=_address(env, "ALERT_FROM_EMAIL", problems),
        recipients=_addresses(env, "EMAIL_ALERTS_TO", problems),
        critical_recipients=_addresses(env, "EMAIL_CRITICAL_TO", problems),
        slack_webhook=_url(env, "SLACK_WEBHOOK_URL", "", problems),
        slack_webhooks=_webhooks(env, problems),
        heartbeat_url=_url(env, "HEARTBEAT_URL", "", problems),
        github_token=env.get("GITHUB_TOKEN", "").strip(),
        checkout=env.get("VALIDATOR_CHECKOUT", ""),
        bigquery_emulator=_host(env, "BIGQUERY_EMULATOR_HOST", problems),
        firestore_emulator=_host(env, "FIRESTORE_EMULATOR_HOST", problems),
        pubsub_emulator=_host(env, "PUBSUB_EMULATOR_HOST", problems),
        function_timeout_seconds=_number(env, "CLOUD_RUN_TIMEOUT_SECONDS", None, 1, 3600, problems),
        revision=env.get("K_REVISION", ""),
        on_google_cloud=on_google_cloud,
        user=env.get("USER", "") or env.get("LOGNAME", "") or _login(),
        port=_number(env, "PORT", 8080, 0, 65535, problems) or 0,
        colour=not env.get("NO_COLOR"),
    )
    if problems:
        raise MalformedEnvironment(problems, settings)
    return settings


def _login() -> str:
    """The login name of this process; empty where it has none."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return ""


def _number(
    env: Mapping[str, str], name: str, default: int | None, low: int, high: int, problems: list[str]
) -> int | None:
    text = env.get(name, "").strip()
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(high)) and low <= int(text) <= high):
        problems.append(f"{name} is {text!r}: expected a whole number from {low} to {high}")
        return default
    return int(text)


def _url(env: Mapping[str, str], name: str, default: str, problems: list[str]) -> str:
    text = env.get(name, "").strip()
    if text and not (text.startswith(("https://", "http://")) and _names_a_host(text)):
        problems.append(f"{name} is not an http(s) address")
    return text.rstrip("/") or default


def _webhooks(env: Mapping[str, str], problems: list[str]) -> dict[str, str]:
    """The webhooks of one channel each, by variable."""
    names = sorted(name for name, value in env.items() if name.startswith("SLACK_WEBHOOK_URL_") and value.strip())
    malformed = [name for name in names if not _OWN_WEBHOOK.fullmatch(name)]
    problems += [f"{name!r} is no channel's variable: expected capitals, digits and _" for name in malformed]
    return {name: _url(env, name, "", problems) for name in names if name not in malformed}


def _host(env: Mapping[str, str], name: str, problems: list[str]) -> str:
    text = env.get(name, "")
    if text and not _names_a_host(text if "://" in text else f"//{text}"):
        problems.append(f"{name} is {text!r}: expected host:port")
    return text


def _names_a_host(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return bool(parts.hostname) and parts.port != 0 and not any(c.isspace() or not c.isprintable() for c in address)
    except ValueError:
        return False


def _address(env: Mapping[str, str], name: str, problems: list[str]) -> str:
    addresses = _addresses(env, name, problems)
    if len(addresses) > 1:
        problems.append(f"{name} holds {len(addresses)} addresses: expected one")
    return addresses[0] if addresses else ""


def _addresses(env: Mapping[str, str], name: str, problems: list[str]) -> tuple[str, ...]:
    addresses = [part.strip() for part in env.get(name, "").split(",") if part.strip()]
    for address in addresses:
        if (
            address.count("@") != 1
            or any(c.isspace() or c in '<>";' for c in address)
            or address.startswith("@")
            or address.endswith("@")
        ):
            problems.append(f"{name} holds {address!r}: not an e-mail address")
    return tuple(dict.fromkeys(addresses))
