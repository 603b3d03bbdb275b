"""What a check may look at: the ports, as small protocols, and the world of one run.

Check SQL is written once, in BigQuery's dialect, with `@name` parameters; the adapter of another warehouse translates it.
Every adapter raises ServiceError when its service could not be asked, and nothing else on purpose.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

Scalar = str | int | float | bool | date | datetime
Value = Scalar | tuple[Scalar, ...]
Row = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Query:
    """One SQL statement in BigQuery's dialect and the values bound to its `@name` parameters."""

    sql: str
    parameters: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The rows of a query: column name → plain Python value (dates as date, instants as aware UTC datetime), and what it billed."""

    rows: tuple[Row, ...]
    bytes_billed: int = 0


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of a live table. `partitioning`, `clustering` (1-based position) and `location` (of its dataset) are None where the warehouse can't say."""

    table: str
    name: str
    type: str
    partitioning: bool | None = None
    clustering: int | None = None
    location: str | None = None


class Warehouse(Protocol):
    """Reads rows."""

    def query(self, query: Query, labels: Mapping[str, str]) -> Answer:
        """Run one SELECT. `labels` name the run, check and schedule for the bill."""

    def columns(self, datasets: Sequence[str], labels: Mapping[str, str]) -> tuple[Sequence[Column], int]:
        """Every column of every table of the datasets (`table` is `dataset.table`), and the bytes billed. A dataset that does not exist has none."""

    def load_jobs(
        self, first: datetime, last: datetime, labels: Mapping[str, str]
    ) -> tuple[Mapping[str, int] | None, int]:
        """How many load jobs wrote into each `dataset.table`, None where the warehouse has no such thing, and the bytes billed."""


class Documents(Protocol):
    """Reads completion documents."""

    def get(self, collection: str, document_id: str) -> Mapping[str, Any] | None:
        """The document as plain JSON (instants as RFC 3339 text), or None when there is none."""


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """A live subscription; `topic` and `dead_letter_topic` are short names."""

    name: str
    topic: str
    dead_letter_topic: str | None = None
    max_delivery_attempts: int | None = None
    push_endpoint: str | None = None


@dataclass(frozen=True, kw_only=True)
class Backlog:
    """Undelivered messages of a subscription, and the publish time of the oldest (None when there is no message)."""

    depth: int
    oldest: datetime | None = None


class Queues(Protocol):
    """Reads topics and subscriptions. Looking never leases a message."""

    def topics(self) -> Sequence[str]:
        """Short names of the project's topics."""

    def subscriptions(self) -> Sequence[Subscription]:
        """The project's subscriptions."""

    def backlogs(self, subscriptions: Sequence[str]) -> Mapping[str, Backlog]:
        """The backlog of each subscription that is known; one whose depth is not known is absent from the answer."""

    def peek(self, subscription: str, limit: int) -> Sequence[str]:
        """Up to `limit` message bodies as text, oldest first, left in the subscription."""


@dataclass(frozen=True, kw_only=True)
class DeployedService:
    """A live service. `commit` is the commit its serving revision was built from, None when it carries no label; `uri` is where it answers."""

    name: str
    region: str
    commit: str | None = None
    image_digest: str | None = None
    latest_created: str | None = None
    latest_ready: str | None = None
    serving: str | None = None
    deployed_at: datetime | None = None
    uri: str | None = None


class Services(Protocol):
    """Reads deployed services."""

    def deployed(self, regions: Sequence[str]) -> Sequence[DeployedService]:
        """Every service of the regions."""


@dataclass(frozen=True, kw_only=True)
class Health:
    """What a service's `/health` answered: the HTTP status, or None with the reason why there was no answer."""

    status: int | None
    reason: str = ""


class Probes(Protocol):
    """Asks services how they are."""

    def health(self, services: Sequence[DeployedService]) -> Mapping[str, Health]:
        """What `/health` of each service answers now, by the service's name. A service that does not answer is in the answer;
        ServiceError means that it could not be asked."""


@dataclass(frozen=True, kw_only=True)
class LiveJob:
    """A live scheduled job. `code` is the google.rpc code of its last attempt (0: it went well), None before the first one.

    `token` is what it shows its target, `OIDC` or `OAuth`, and `account` whose that is; None where it shows none, or that is not known,
    as `method` where it calls nobody by HTTP.
    """

    name: str
    schedule: str
    time_zone: str
    state: str
    uri: str | None = None
    method: str | None = None
    audience: str | None = None
    token: str | None = None
    account: str | None = None
    attempt_deadline_seconds: int | None = None
    last_attempt: datetime | None = None
    code: int | None = None


class Jobs(Protocol):
    """Reads scheduled jobs."""

    def live(self) -> Sequence[LiveJob]:
        """Every job of the project's scheduler, paused ones too."""


@dataclass(frozen=True, kw_only=True)
class Logged:
    """What a service logged in a span: how many entries of severity ERROR or worse, the newest of them, and whether it logged anything.

    `cut`: there are more than `errors`.
    """

    errors: int
    heard: bool
    newest: str = ""
    newest_at: datetime | None = None
    cut: bool = False


class Logs(Protocol):
    """Reads what services logged."""

    def of_service(self, service: str, first: datetime, last: datetime) -> Logged:
        """What the service logged from first to last, both included."""


@dataclass(frozen=True, kw_only=True)
class Commit:
    """A commit of the pipeline's source; `committed_at` is the committer's date."""

    sha: str
    committed_at: datetime
    subject: str


class Commits(Protocol):
    """Reads the history of the pipeline's source, on its main branch."""

    def find(self, sha: str) -> Commit | None:
        """The commit of that (possibly short) sha, or None when the source has no such commit."""

    def log(self, path: str) -> Sequence[Commit]:
        """The commits that touched a path (a file, or a folder with all below it), newest first, at most 100.

        An empty history for a path raises ServiceError: the path does not exist there, so nothing can be concluded.
        """

    def files(self, sha: str) -> Sequence[str]:
        """The paths that a commit touched."""


class Ports(Protocol):
    """The outside services of one run. Each is made when it is first asked for."""

    @property
    def warehouse(self) -> Warehouse: ...
    @property
    def documents(self) -> Documents: ...
    @property
    def queues(self) -> Queues: ...
    @property
    def services(self) -> Services: ...
    @property
    def probes(self) -> Probes: ...
    @property
    def jobs(self) -> Jobs: ...
    @property
    def logs(self) -> Logs: ...
    @property
    def commits(self) -> Commits: ...
