"""Ports of the doctor: what it asks of the places that this service itself depends on. Looking changes and sends nothing."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class Identity:
    """As whom the outside services are asked: the account's name, empty where it has none, and the project its credentials name."""

    account: str = ""
    project: str = ""


class Reachable(Protocol):
    """An endpoint that can be reached without telling it anything."""

    def reach(self) -> None:
        """Raises ServiceError where it can't be reached."""


class MailAccount(Protocol):
    """The account that mail is sent with. Nothing is ever sent here."""

    def scopes(self) -> frozenset[str]:
        """What the key allows. Raises ServiceError, also for a key that is refused."""

    def may_send_as(self, address: str) -> bool | None:
        """Whether mail from this address is accepted; None where the key may not see that. Raises ServiceError."""
