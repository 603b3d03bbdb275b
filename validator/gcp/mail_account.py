"""SendGrid's account: what the key allows, and which senders are verified. Asked by plain REST; nothing is sent."""

from collections.abc import Iterator
from typing import Any

import requests

from validator.errors import ServiceError
from validator.gcp.attempts import Remaining
from validator.gcp.failures import asking
from validator.gcp.rest import RestApi
from validator.reasons import DENIED

SERVICE = "SendGrid"
PAGE = 100
MOST_PAGES = 20


class SendGridAccount:
    """Implements MailAccount."""

    def __init__(self, key: str, host: str, remaining: Remaining) -> None:
        """`host` is the base address of the API; `remaining` are the seconds left."""
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {key}"
        self._api = RestApi(SERVICE, host, remaining, self._session)

    def scopes(self) -> frozenset[str]:
        """See MailAccount."""
        answer = self._api.ask("GET", "/v3/scopes")
        with asking(SERVICE):
            return frozenset(map(str, answer["scopes"]))

    def may_send_as(self, address: str) -> bool | None:
        """See MailAccount. An address is good by itself, or by its domain; a key may be allowed to see the one and not the other."""
        seen = [self._sees(self._verified(address)), self._sees(self._authenticated(address.rpartition("@")[2]))]
        return True if True in seen else None if None in seen else False

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def _sees(self, matches: Iterator[bool]) -> bool | None:
        """Whether anything matches; None where the key may not look."""
        try:
            return any(matches)
        except ServiceError as error:
            if error.reason.startswith(DENIED):
                return None
            raise

    def _verified(self, address: str) -> Iterator[bool]:
        """The single senders, page by page."""
        last: dict[str, str] = {}
        for _ in range(MOST_PAGES):
            answer: Any = self._api.ask("GET", "/v3/verified_senders", query={"limit": str(PAGE), **last})
            with asking(SERVICE):
                found = answer["results"]
                for sender in found:
                    yield bool(sender["verified"]) and str(sender["from_email"]).lower() == address.lower()
                if len(found) < PAGE:
                    return
                last = {"lastSeenID": str(found[-1]["id"])}

    def _authenticated(self, domain: str) -> Iterator[bool]:
        """The domains that mail may come from; one that is below such a domain counts, too."""
        answer: Any = self._api.ask("GET", "/v3/whitelabel/domains", query={"limit": str(PAGE)})
        with asking(SERVICE):
            for one in answer:
                yield bool(one["valid"]) and f".{domain}".lower().endswith(f".{one['domain']}".lower())
