"""Telling people: recipients, SendGrid's key and sender, Slack's webhook, the heartbeat. Nothing is sent, posted or beaten."""

import re
from collections.abc import Iterator

from validator.doctor.line import Line, fail, ok, skip, warn
from validator.doctor.mending import AGAIN, EDIT, set_variable
from validator.doctor.place import Place
from validator.doctor.probe import Probe
from validator.errors import ServiceError
from validator.reasons import REFUSED_CREDENTIALS
from validator.ssot.channels import WEBHOOK, declared_channels
from validator.tell.plain import amount

OUTBOX = "messages go to the outbox"
SEND = "mail.send"
KEY = "SENDGRID_API_KEY"
EXAMPLE_WEBHOOK = "https://hooks.slack.com/services/T…/B…/…"
_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&*+/=?^_`{|}~'-]{1,64}@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)
_WEBHOOK = re.compile(r"https://hooks\.slack(-gov)?\.com/services/T\w+/B\w+/\w+")
_SLACK = re.compile(r"https?://hooks\.slack(-gov)?\.com(/|$)")


def _recipients(place: Place) -> Iterator[Line]:
    if place.local:
        yield skip(OUTBOX)
        return
    given = {"EMAIL_ALERTS_TO": place.settings.recipients, "EMAIL_CRITICAL_TO": place.settings.critical_recipients}
    for name, addresses in given.items():
        wrong = [number for number, address in enumerate(addresses, start=1) if not _ADDRESS.fullmatch(address)]
        if wrong:
            which = ", ".join(map(str, wrong))
            yield fail(f"no e-mail address: number {which} of {len(addresses)}", _set(place, name), name)
        elif addresses:
            yield ok(amount(len(addresses), "recipient"), name)
        elif name == "EMAIL_ALERTS_TO":
            yield fail("not set: nobody gets mail", _set(place, name), name)
        else:
            yield ok("not set: what is critical goes to the same people", name)


def _set(place: Place, name: str) -> str:
    return set_variable(place, name, "you@example.com")


def _sendgrid(place: Place) -> Iterator[Line]:
    if place.local:
        yield skip(OUTBOX)
        return
    account, sender = place.backend.mail_account(), place.settings.sender
    if account is None:
        yield fail("SENDGRID_API_KEY is not set: no mail can be sent", _secret(place), "key")
        return
    try:
        may_send = SEND in account.scopes()
    except ServiceError as error:
        if not error.reason.startswith(REFUSED_CREDENTIALS):
            raise
        yield fail("SendGrid refuses the key", _secret(place), "key")
        return
    if not may_send:
        yield fail(f"the key may do other things, but not {SEND}", _secret(place), "key")
    else:
        yield ok(f"the key may {SEND}", "key")
    if not sender:
        yield fail("ALERT_FROM_EMAIL is not set: no mail can be sent", _set(place, "ALERT_FROM_EMAIL"), "sender")
        return
    known = account.may_send_as(sender)
    if known is None:
        yield skip("the key may not see which senders are verified: a run that mails shows it", "sender")
    elif known:
        yield ok("verified, by itself or by its domain", "sender")
    else:
        yield fail(
            "neither it nor its domain is verified at SendGrid: mail from it is refused",
            _set(place, "ALERT_FROM_EMAIL"),
            "sender",
        )


def _secret(place: Place) -> str:
    """A key is never typed where others see it: the deployed service gets it from Secret Manager."""
    if place.settings.on_google_cloud:
        return set_variable(place, KEY, "")
    return f"read -rs {KEY} && export {KEY}"


def _slack(place: Place) -> Iterator[Line]:
    """By its shape alone: whatever is asked of a webhook, it posts (L-87)."""
    if place.local:
        yield skip(OUTBOX)
        return
    webhook, own = place.settings.slack_webhook, place.settings.slack_webhooks
    channels = declared_channels(place.ssot)
    shared = sorted(name for variable, name in channels.items() if variable not in own)
    if webhook:
        yield _shape(place, WEBHOOK, webhook, "")
    elif shared:
        fix = set_variable(place, WEBHOOK, EXAMPLE_WEBHOOK)
        yield fail(f"{WEBHOOK} is not set, and the source of truth names {', '.join(shared)}", fix)
    else:
        none = "what belongs to no channel is told by mail alone" if own else "the source of truth names no channel"
        yield skip(f"{WEBHOOK} is not set, and {none}")
    for variable, address in own.items():
        if variable in channels:
            yield _shape(place, variable, address, channels[variable])
        else:
            fix = EDIT if place.settings.on_google_cloud else f"unset {variable}"
            yield warn(f"{variable} is of no channel that the source of truth names: nothing new is posted there", fix)


def _shape(place: Place, variable: str, webhook: str, channel: str) -> Line:
    """Of the webhook that a variable holds; of a channel's own, with the channel."""
    fix = set_variable(place, variable, EXAMPLE_WEBHOOK)
    if _WEBHOOK.fullmatch(webhook):
        return ok("the webhook has the shape of one; nothing was posted", channel)
    if _SLACK.match(webhook):
        return fail("the address is Slack's, but not that of a webhook", fix, channel)
    return warn("the webhook is not at hooks.slack.com; whether anybody listens there is not known", fix, channel)


def _heartbeat(place: Place) -> Iterator[Line]:
    endpoint = place.backend.endpoint()
    if endpoint is None:
        if place.local:
            yield skip("HEARTBEAT_URL is not set; nobody misses the local world")
            return
        missing = "HEARTBEAT_URL is not set: nobody outside notices when this service is dead"
        yield warn(missing, set_variable(place, "HEARTBEAT_URL", "https://hc-ping.com/UUID"))
        return
    try:
        endpoint.reach()
    except ServiceError as error:
        yield fail(f"{error.reason}; it was told nothing", AGAIN)
        return
    yield ok("its host can be reached; it was told nothing")


RECIPIENTS = Probe(name="recipients", look=_recipients, by_itself=True)
SENDGRID = Probe(name="SendGrid", look=_sendgrid, by_itself=True)
SLACK = Probe(name="Slack", look=_slack, by_itself=True)
HEARTBEAT = Probe(name="heartbeat", look=_heartbeat, by_itself=True)
