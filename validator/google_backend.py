"""The backend on Google Cloud: which adapter stands for which port."""

from datetime import timedelta
from functools import cached_property
from typing import Any

from validator.backends import Making, Remaining
from validator.config.jobs import region
from validator.doctor_ports import Identity, MailAccount
from validator.errors import ServiceError
from validator.lease import Leases
from validator.letter_ports import Letters
from validator.tell.channel import Channel
from validator.tell.routes import ledger_name
from validator.world import Commits, Documents, Jobs, Logs, Probes, Queues, Services, Warehouse

NO_REPOSITORY = "pipeline.yaml names no source repository, and VALIDATOR_CHECKOUT names no checkout"


class GoogleBackend(Making):
    """The official Google clients; mail by SendGrid, Slack by webhook."""

    def open(self) -> None:
        """Nothing is asked before a check needs it."""

    def _bigquery(self, remaining: Remaining) -> Any:
        return self.make(
            "gcp.warehouse",
            "BigQueryWarehouse",
            "BigQuery",
            self.project,
            self.location,
            remaining,
            self.ssot.pipeline.runner.maximum_bytes_billed,
            emulator=self.settings.bigquery_emulator or None,
        )

    @cached_property
    def warehouse(self) -> Warehouse:
        made: Warehouse = self._bigquery(self.measuring)
        return made

    @cached_property
    def _telling_warehouse(self) -> Any:
        return self._bigquery(self.telling)

    @cached_property
    def documents(self) -> Documents:
        emulator = self.settings.firestore_emulator or None
        made: Documents = self.make(
            "gcp.documents", "FirestoreDocuments", "Firestore", self.project, self.measuring, emulator=emulator
        )
        return made

    @cached_property
    def leases(self) -> Leases:
        emulator = self.settings.firestore_emulator or None
        made: Leases = self.make(
            "gcp.leases", "FirestoreLeases", "Firestore", self.project, self.telling, emulator=emulator
        )
        return made

    @cached_property
    def queues(self) -> Queues:
        emulator = self.settings.pubsub_emulator or None
        made: Queues = self.make(
            "gcp.queues", "PubSubQueues", "Pub/Sub", self.project, self.measuring, emulator=emulator
        )
        return made

    @cached_property
    def letters(self) -> Letters:
        emulator = self.settings.pubsub_emulator or None
        made: Letters = self.make(
            "gcp.letters", "PubSubLetters", "Pub/Sub", self.project, self.telling, emulator=emulator
        )
        return made

    @cached_property
    def services(self) -> Services:
        made: Services = self.make("gcp.services", "CloudRunServices", "Cloud Run", self.project, self.measuring)
        return made

    @cached_property
    def probes(self) -> Probes:
        made: Probes = self.make("gcp.probes", "CloudRunProbes", "Cloud Run", self.measuring)
        return made

    @cached_property
    def jobs(self) -> Jobs:
        made: Jobs = self.make(
            "gcp.jobs", "CloudSchedulerJobs", "Cloud Scheduler", self.project, region(self.ssot), self.measuring
        )
        return made

    @cached_property
    def logs(self) -> Logs:
        made: Logs = self.make("gcp.logs", "CloudLogs", "Cloud Logging", self.project, self.measuring)
        return made

    @cached_property
    def commits(self) -> Commits:
        if self.settings.checkout:
            return self.checkout()
        source = self.ssot.pipeline.source
        if source is None:
            raise ServiceError("GitHub", NO_REPOSITORY)
        token, host = self.settings.github_token, self.settings.github_host
        made: Commits = self.make(
            "gcp.github", "GitHubCommits", "GitHub", source.github, source.branch, token, self.measuring, host=host
        )
        return made

    def channels(self) -> list[Channel]:
        """Mail where it is configured, Slack where a webhook is: the default one, and those that channels have of their own. One that is not
        declared any more is told what it was told to its end.
        """
        settings, made = self.settings, []
        if not settings.missing_to_tell:
            address = (
                settings.sendgrid_key,
                settings.sendgrid_host,
                settings.sender,
                settings.recipients,
                settings.critical_recipients,
            )
            made.append(self.make("gcp.sendgrid", "SendGridChannel", "SendGrid", *address, self.telling))
        if settings.slack_webhook:
            made.append(self.make("gcp.slack", "SlackChannel", "Slack", settings.slack_webhook, self.telling))
        for variable, webhook in settings.slack_webhooks.items():
            own = webhook, self.telling, ledger_name(variable)
            made.append(self.make("gcp.slack", "SlackChannel", "Slack", *own))
        return made

    def unset(self) -> list[str]:
        """Names of what mail needs and is not set."""
        return list(self.settings.missing_to_tell)

    def identity(self) -> Identity:
        """The account that Google knows this process as. Raises ServiceError where it gets no token."""
        made: Identity = self.make("gcp.identity", "identify", "Google credentials")
        return made

    def clock_ahead(self) -> timedelta | None:
        """How far this machine's clock is ahead of Cloud Scheduler's newest answer; None before one came."""
        ahead: timedelta | None = getattr(self.jobs, "ahead", None)
        return ahead

    def mail_account(self) -> MailAccount | None:
        """SendGrid's account, where there is a key."""
        settings = self.settings
        if not settings.sendgrid_key:
            return None
        made: MailAccount = self.make(
            "gcp.mail_account",
            "SendGridAccount",
            "SendGrid",
            settings.sendgrid_key,
            settings.sendgrid_host,
            self.telling,
        )
        return made

    def may_pull(self, subscription: str) -> bool:
        """Whether this account may look at the subscription's messages. Raises ServiceError."""
        queues: Any = self.queues
        return bool(queues.may_pull(subscription))
