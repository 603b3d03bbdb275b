"""What only the doctor asks: policies, the mail account, the heartbeat's host, the credentials. Nothing is sent."""

import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.sides import ample
from tests.doctor.cloud import ACCOUNT, TokenFake, credentials
from tests.gcp.policies import policies
from tests.parts.children import refusing_host
from tests.parts.http_fakes import MALFORMED, HeartbeatFake, SendGridFake, refuse
from validator.doctor_ports import Identity
from validator.errors import ServiceError
from validator.gcp.heartbeat import HttpHeartbeat
from validator.gcp.identity import identify
from validator.gcp.mail_account import PAGE, SendGridAccount
from validator.gcp.queues import CONSUME, PubSubQueues

SENDER = "validation@mail.example.com"


@pytest.fixture
def sendgrid() -> Iterator[SendGridFake]:
    """An account that may send, with a sender that is verified."""
    with SendGridFake() as fake:
        fake.senders = {SENDER: True}
        yield fake


def account(fake: SendGridFake, key: str = "SG.test") -> SendGridAccount:
    """The adapter."""
    return SendGridAccount(key, fake.url, ample)


@pytest.mark.parametrize(("allowed", "may"), [([CONSUME], True), (["pubsub.subscriptions.get"], False)])
def test_may_messages_be_pulled(allowed: list[str], may: bool) -> None:
    """The policy is asked; no message is pulled."""
    with policies(allowed) as place:
        assert PubSubQueues("p", ample, emulator=place).may_pull("dead-letters") is may


def test_what_a_key_may(sendgrid: SendGridFake) -> None:
    """Every scope of the key."""
    sendgrid.scopes = ["mail.send", "stats.read"]
    assert account(sendgrid).scopes() == {"mail.send", "stats.read"}


def test_a_key_that_is_refused(sendgrid: SendGridFake) -> None:
    """It is told from a service that is down, and never shown."""
    with pytest.raises(ServiceError, match="the credentials were refused") as caught:
        account(sendgrid, "SG.another").scopes()
    assert "SG." not in str(caught.value)


def test_scopes_that_cannot_be_read(sendgrid: SendGridFake) -> None:
    """An answer of another shape is no answer."""
    sendgrid.script = [MALFORMED]
    with pytest.raises(ServiceError, match="could not be understood"):
        account(sendgrid).scopes()


@pytest.mark.parametrize(
    ("senders", "domains", "may"),
    [
        ({SENDER: True}, {}, True),
        ({SENDER.upper(): True}, None, True),
        ({SENDER: False}, {}, False),
        ({}, {"mail.example.com": True}, True),
        ({}, {"example.com": True}, True),
        ({}, {"example.com": False}, False),
        ({}, {"ample.com": True, "sub.mail.example.com": True}, False),
        ({}, {}, False),
        (None, {"example.com": True}, True),
        (None, {}, None),
        ({}, None, None),
        (None, None, None),
    ],
)
def test_who_may_be_the_sender(
    sendgrid: SendGridFake, senders: dict[str, bool] | None, domains: dict[str, bool] | None, may: bool | None
) -> None:
    """By itself, or by its domain or one above; what the key may not see is not known, unless the other says yes."""
    sendgrid.senders, sendgrid.domains = senders, domains
    assert account(sendgrid).may_send_as(SENDER) is may


def test_senders_come_in_pages(sendgrid: SendGridFake) -> None:
    """The last of many is found."""
    sendgrid.senders = {**{f"s{number}@example.com": True for number in range(2 * PAGE)}, SENDER: True}
    assert account(sendgrid).may_send_as(SENDER) is True
    assert [request.parameter("lastSeenID") for request in sendgrid.requests[:3]] == ["", str(PAGE), str(2 * PAGE)]


def test_asking_sends_nothing(sendgrid: SendGridFake) -> None:
    """Only GETs."""
    account(sendgrid).scopes()
    account(sendgrid).may_send_as(SENDER)
    assert {request.method for request in sendgrid.requests} == {"GET"}
    assert sendgrid.mails == []


def test_a_heartbeat_that_can_be_reached() -> None:
    """A connection is made, and no request: any could count as a beat."""
    with HeartbeatFake() as fake:
        HttpHeartbeat(f"{fake.url}/ping/secret", ample).reach()
        assert fake.requests == []


def test_a_heartbeat_that_refuses() -> None:
    """Nobody listens; its address is not in what is said."""
    with refusing_host() as host, pytest.raises(ServiceError, match="it could not be reached") as caught:
        HttpHeartbeat(f"http://{host}/ping/secret", ample).reach()
    assert "secret" not in str(caught.value)
    assert host not in str(caught.value)


def test_a_heartbeat_without_encryption() -> None:
    """An https address at which nobody speaks TLS can't be beaten at."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=lambda: server.accept()[0].sendall(b"not TLS\r\n"), daemon=True).start()
        with pytest.raises(ServiceError, match="it could not be reached"):
            HttpHeartbeat(f"https://127.0.0.1:{server.getsockname()[1]}/ping", ample).reach()


@pytest.mark.parametrize("url", ["http:///ping", "https://127.0.0.1:99999/ping"])
def test_a_heartbeat_at_no_address(url: str) -> None:
    """What is no address is an error of the heartbeat, not of the doctor."""
    with pytest.raises(ServiceError):
        HttpHeartbeat(url, ample).reach()


def test_as_whom_google_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The account is told after a token was given out."""
    with TokenFake() as tokens:
        monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(credentials(tmp_path, tokens.url)))
        assert identify() == Identity(account=ACCOUNT, project="league-project")
        assert [request.method for request in tokens.requests] == ["POST"]
        tokens.script = [refuse(400, body={"error": "invalid_grant"})]
        with pytest.raises(ServiceError, match="the credentials were refused"):
            identify()


def test_a_broken_key_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that holds no credentials is as good as none, and nothing of it is shown."""
    path = tmp_path / "key.json"
    path.write_text(json.dumps({"type": "service_account", "private_key": "nobody-may-see"}))
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(path))
    with pytest.raises(ServiceError) as caught:
        identify()
    assert "nobody-may-see" not in str(caught.value)
