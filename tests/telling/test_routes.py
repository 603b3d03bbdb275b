"""Which Slack channel is told of what: of each finding one, and that one to its end."""

import re
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.http.asking import Asker
from tests.parts.http_fakes import SlackFake
from tests.telling.town import ERROR, FAIL, PASS, SKIP, WARN, Mailbox, Notify, Outcome, Town, found
from validator.backends import LocalBackend
from validator.compose import Service, service
from validator.errors import ConfigurationError
from validator.explaining import Explained, explain
from validator.google_backend import GoogleBackend
from validator.results import Result
from validator.settings import Settings, read_settings
from validator.ssot.channels import declared_channels, variable_of
from validator.ssot.models.checks import SilenceSpec
from validator.status import Severity, Status, Transition
from validator.tell.causes import NO_PHASES, Phases
from validator.tell.problem import BAD
from validator.tell.routes import NO_ROUTES, Routes, ledger_name, routes_of

P1 = Severity.P1_CRITICAL
RAW, DATA = "slack_raw", "slack_data"
PHASES = Phases(
    completion={"raw_completion": 2, "summary_completion": 3},
    checks={"raw_completion": 2, "summary_completion": 3},
    subjects={"raw.box": 2, "analytics.summary": 3},
)
ROUTES = Routes(channels={RAW: "#raw", DATA: "#data"}, phases={2: RAW}, owners={"drift": DATA}, of=PHASES)


@dataclass
class Channels:
    """A town that reads mail, the default Slack channel, and two of their own."""

    notify: Notify = "change"
    routes: Routes = ROUTES
    slack: Mailbox = field(default_factory=lambda: Mailbox("slack"))
    raw: Mailbox = field(default_factory=lambda: Mailbox(RAW))
    data: Mailbox = field(default_factory=lambda: Mailbox(DATA))

    def __post_init__(self) -> None:
        others = (self.slack, self.raw, self.data)
        self.town = Town(notify=self.notify, phases=PHASES, routes=self.routes, others=others)
        self.run = self.town.run

    @property
    def every(self) -> tuple[Mailbox, ...]:
        """Mail first."""
        return self.town.mailbox, self.slack, self.raw, self.data

    def heard(self, *boxes: Mailbox) -> list[list[str]]:
        """What the subjects of the messages counted, by channel; of all of them where none is named."""
        return [[subject.split(": ", 1)[1] for subject in box.subjects] for box in boxes or self.every]

    def told(self, channel: str, subject: str) -> list[str]:
        """What a channel was told of a subject, in order."""
        words = self.town.ledger.words
        return [one.transition.value for name, one, _ in words if (name, one.result.subject) == (channel, subject)]


def raw(status: Status = FAIL, severity: Severity = Severity.P2_HIGH) -> Result:
    """Of a table of the phase whose channel is #raw."""
    return found(status, "raw.box", "rows", severity=severity)


def drift(status: Status = FAIL) -> Result:
    """Of a check whose owner reads #data."""
    return found(status, "service", "drift")


def other(status: Status = FAIL) -> Result:
    """Of neither."""
    return found(status, "queue", "depth", severity=Severity.P3_MEDIUM)


def test_a_finding_is_told_where_it_belongs_and_by_mail() -> None:
    """The phase's channel, the owner's, the default one; mail has everything."""
    place = Channels()
    place.run(raw(), drift(), other(WARN))
    place.run(raw(PASS), drift(), other(WARN))
    assert place.heard() == [["3 new", "2 still, 1 fixed"], ["1 new, 2 elsewhere"], ["1 new", "1 fixed"], ["1 new"]]
    assert [place.told(RAW, "raw.box"), place.told("slack", "raw.box")] == [["NEW", "FIXED"], []]


def test_without_a_webhook_of_its_own_it_is_told_in_the_default_channel() -> None:
    """One webhook is one channel: everything is there."""
    place = Channels(routes=NO_ROUTES)
    place.run(raw(), drift(), other(WARN))
    assert place.heard(place.town.mailbox, place.slack) == [["3 new"], ["3 new"]]


def test_a_message_speaks_of_its_part_and_says_that_there_is_more() -> None:
    """Its state, its counts and its four answers are of what belongs to it; how much else was found is named, with whose it is."""
    place = Channels()
    place.run(raw(severity=P1), drift(), other(WARN), found(PASS, "t", "rows"))
    assert [box.subjects[0].split()[0] for box in place.every] == ["CRITICAL", "CRITICAL", "CRITICAL", "WARNING"]
    assert place.slack.subjects[0].endswith(": 1 new, 2 elsewhere")
    text = place.data.bodies[0]
    assert "! NOT ALL: this run also found 1 of #raw, 1 of the default channel." in text
    assert "raw.box" not in text
    assert "1 failed" in text
    assert "NOT ALL" not in place.town.mailbox.bodies[0]
    assert "NOT ALL" in str(place.data.messages[0].slack)


def test_nobody_is_told_that_what_failed_elsewhere_completed() -> None:
    """What passed of a phase is answered where what failed of it is: the default channel never says Yes of a phase that is not its own."""
    place = Channels(notify="always")
    place.run(raw(severity=P1), found(PASS, "raw.box", "other rows"), other(PASS))
    (message,) = place.slack.messages
    assert message.subject.split()[0] == "CRITICAL"
    assert message.subject.endswith(": 1 passed, 1 elsewhere")
    for words in (
        "Not everywhere",
        "1 of 1 passed.",
        "Not told here: 1 of #raw did not pass.",
        "Found, and not told here: 1 of #raw.",
        "NOT ALL: this run also found 1 of #raw.",
    ):
        assert words in str(message.slack)
    assert "Yes" not in message.text
    assert place.raw.subjects[0].endswith(": 1 new")


def test_what_is_asked_elsewhere_was_asked() -> None:
    """Where every phase has a channel of its own, the morning message says who knows, and that nothing is wrong there."""
    place = Channels(notify="always")
    place.run(raw(PASS), replace(other(PASS), check_category="freshness"))
    (text,) = place.slack.bodies
    assert "Not told here" in text
    assert "Results of #raw answer it." in text
    assert "No check of this run asks it" not in text.split("ready?")[0]
    assert place.slack.subjects[0].startswith("OK ")


def test_a_part_of_which_nothing_was_due_is_not_a_run_of_which_nothing_was_due() -> None:
    """What is judged elsewhere was judged; a warning there is no Yes here."""
    place = Channels(notify="always")
    place.run(raw(PASS), other(SKIP))
    place.run(raw(WARN), other(PASS))
    first, second = place.slack.messages
    assert first.subject.endswith(": nothing that is told here")
    assert "was due" not in first.text
    assert "Results of #raw answer it." in str(first.slack)
    assert "Not told here: 1 of #raw did not pass." in str(second.slack)
    assert "Yes" not in second.text


def test_what_is_silenced_elsewhere_is_said_to_be() -> None:
    """Nobody looks for it in a channel that was told nothing."""
    silence = SilenceSpec(check="rows", subject="*", reason="known", author="ana", until=date(2026, 3, 1))
    place = Channels(notify="always")
    place.town.silences = (silence,)
    place.run(raw(severity=P1), other(PASS))
    assert place.slack.subjects[0].endswith(": 1 passed")
    assert "this run also found 1 of #raw (silenced)" in str(place.slack.messages[0].slack)
    assert place.raw.subjects == []


def test_a_queue_belongs_where_its_phase_does_whatever_letter_came_last() -> None:
    """A dead letter names a table, the queue's depth names none: one problem, in one channel, in its message and in what is said of others."""
    queues: dict[str, int | None] = {"raw-sub": 2, "spare-sub": None}
    place = Channels(notify="always", routes=replace(ROUTES, queues=queues))
    place.town.judged_now = frozenset({"dlq_depth"})
    letter, deep = (found(FAIL, "raw-sub", "dlq_depth", severity=P1, table=table) for table in ("raw.box", None))
    spare = found(FAIL, "spare-sub", "dlq_depth", table="raw.box")
    for one in (letter, deep, letter):
        place.run(one, spare, other(PASS))
    assert [place.told(name, "raw-sub") for name in ("slack", RAW)] == [[], ["NEW", "STILL", "STILL"]]
    assert [place.told(name, "spare-sub") for name in ("slack", RAW)] == [["NEW", "STILL", "STILL"], []]
    assert all("raw-sub" not in text for text in place.slack.bodies)


def test_a_message_and_what_it_leaves_to_others_agree() -> None:
    """Also of an ERROR that names no table: it is no part of a message that does not tell of it."""
    place = Channels(notify="always")
    place.run(found(FAIL, "box", "rows", table="raw.box"), other(PASS))
    place.run(found(ERROR, "box", "rows"), other(PASS))
    assert place.slack.subjects[-1].endswith(": 1 passed, 1 elsewhere")
    assert "box" not in place.slack.bodies[-1]


@pytest.mark.parametrize("severity", [P1, Severity.P3_MEDIUM])
def test_a_run_of_nothing_that_is_told_here(severity: Severity) -> None:
    """The morning message goes to the default channel all the same, with the state of the run, and says where to look."""
    place = Channels(notify="always")
    place.run(raw(severity=severity))
    (message,) = place.slack.messages
    assert message.subject.startswith("CRITICAL " if severity is P1 else "WARNING ")
    assert message.subject.endswith(": nothing that is told here, 1 elsewhere")
    for words in ("Nothing that is told here", "NOT ALL: this run also found 1 of #raw", "Not everywhere"):
        assert words in message.text
    assert "Run it again" not in message.text
    assert place.raw.subjects[0].split()[0] == ("CRITICAL" if severity is P1 else "WARNING")


def test_what_stands_of_another_run_is_the_answer_where_this_run_has_nothing_here() -> None:
    """It is told late, in a message of a run that looked at something else; nobody else's P1 is the answer."""
    place = Channels()
    place.slack.outcome = "refused"
    place.run(other())
    place.slack.outcome = "accepted"
    place.run(raw(severity=P1))
    (message,) = place.slack.messages
    assert message.subject.endswith(": 1 new, 1 elsewhere")
    assert "Nothing of this run that is told here, 1 finding of others open" in str(message.slack)
    assert "raw.box" not in message.text


def test_a_channel_with_nothing_of_its_own_gets_no_morning_message() -> None:
    """Only the default one does; nor does a channel whose findings are silenced, or that nothing belongs to any more."""
    silence = SilenceSpec(check="rows", subject="*", reason="known", author="ana", until=date(2026, 3, 1))
    place = Channels(notify="always")
    place.town.silences = (silence,)
    for status in (FAIL, FAIL, PASS):
        place.run(raw(status), other(PASS))
    place.town.routes = NO_ROUTES
    place.run(raw(PASS), other(PASS))
    assert [len(box.subjects) for box in place.every] == [4, 4, 0, 0]


def test_a_run_that_is_told_again_posts_nothing_where_it_had_nothing() -> None:
    """What stands there by now was told by another run."""
    place = Channels(notify="always")
    place.slack.outcome = "refused"
    first = place.run(raw(PASS), other(PASS))
    place.slack.outcome = "accepted"
    place.town.notify = "change"
    place.run(raw(), hours=0.1)
    place.town.notify = "always"
    place.town.tell(first)
    assert place.heard(place.raw) == [["1 new"]]


def test_an_end_that_was_told_is_no_news_where_it_moves_to() -> None:
    """The phase gets another channel after its check had stopped speaking of it: nobody is told there that it stands."""
    place = Channels()
    place.run(found(FAIL, "phase2", "raw_completion", severity=P1))
    place.run(found(PASS, "other", "raw_completion", severity=P1))
    place.town.routes = Routes(channels={RAW: "#raw", DATA: "#data"}, phases={2: DATA}, of=PHASES)
    place.run(drift(PASS), hours=24)
    assert place.heard(place.raw, place.data) == [["1 new", "1 gone"], ["1 gone"]]
    assert "not told here then" in " ".join(place.data.bodies[0].split())


def test_an_end_that_was_told_ends_a_later_time_too() -> None:
    """#raw was told of it before, and to its end; the next time it refused everything while mail was told, also that it is gone."""
    place = Channels()
    place.run(found(FAIL, "phase2", "raw_completion", severity=P1))
    place.run(found(PASS, "phase2", "raw_completion", severity=P1))
    place.raw.outcome = "refused"
    place.run(found(FAIL, "phase2", "raw_completion", severity=P1))
    place.run(found(PASS, "other", "raw_completion", severity=P1))
    place.raw.outcome = "accepted"
    place.run(drift(PASS), hours=24)
    assert place.heard(place.raw) == [["1 new", "1 fixed", "1 gone"]]


def test_a_silence_that_is_over_is_over_everywhere() -> None:
    """What was accepted became critical since; the channel that it moves to is told."""
    silence = SilenceSpec(
        check="rows", subject="*", reason="known", author="ana", until=date(2026, 3, 1), since=date(2026, 2, 3)
    )
    place = Channels(routes=NO_ROUTES)
    everybody = place.town.others
    place.town.others = everybody[:1]
    place.run(raw())
    place.town.silences = (silence,)
    place.run(raw(severity=P1), hours=26)
    place.town.routes, place.town.others = ROUTES, everybody
    place.run(raw(severity=P1), hours=24)
    assert place.heard(place.slack, place.raw) == [["1 new", "1 worse"], ["1 new"]]


def test_what_follows_from_a_failure_in_another_channel_is_told_in_its_own() -> None:
    """Where a finding belongs never depends on how things stand: each channel is one headline, and no channel leaves it to another."""
    place = Channels()
    cause = found(FAIL, "phase2", "raw_completion", severity=P1)
    follows = found(FAIL, "phase3", "summary_completion", severity=P1)
    place.run(cause, follows, raw())
    assert place.heard() == [["2 new, 1 blocked"], ["1 new, 2 elsewhere"], ["2 new"], []]
    place.run(found(PASS, "phase2", "raw_completion"), follows, raw())
    place.run(found(PASS, "phase2", "raw_completion"), found(PASS, "phase3", "summary_completion"), raw(PASS))
    assert place.heard(place.slack, place.raw) == [
        ["1 new, 2 elsewhere", "1 fixed"],
        ["2 new", "1 still, 1 fixed", "1 fixed"],
    ]


def test_what_one_channel_knows_to_be_gone_hides_nothing_from_another() -> None:
    """The phase's check stops speaking of a processor, of which only #raw was told; what fails downstream is told at once."""
    place = Channels()
    place.run(found(FAIL, "phase2", "raw_completion", severity=P1))
    place.run(found(PASS, "other", "raw_completion", severity=P1))
    place.run(found(FAIL, "phase3", "summary_completion", severity=P1))
    assert place.heard(place.slack, place.raw) == [["1 new"], ["1 new", "1 gone"]]


def test_an_acknowledgement_holds_in_every_channel_that_was_told() -> None:
    """Its cause is mended, and nobody is told of it anew."""
    place = Channels()
    cause, follows = found(FAIL, "phase2", "raw_completion"), found(FAIL, "phase3", "summary_completion")
    place.run(cause, follows)
    place.town.ledger.acknowledge(place.town.now)
    place.run(found(PASS, "phase2", "raw_completion"), follows, hours=80)
    assert place.heard(place.slack) == [["1 new, 1 elsewhere"]]


def test_where_the_default_channel_has_no_webhook_the_rest_is_told_by_mail() -> None:
    """And what has a webhook of its own is told there, whatever it follows from."""
    place = Channels(routes=Routes(channels={DATA: "#data"}, phases={3: DATA}, of=PHASES))
    place.town.others = (place.data,)
    place.run(found(FAIL, "phase2", "raw_completion", severity=P1), found(FAIL, "phase3", "summary_completion"))
    assert place.heard(place.town.mailbox, place.data) == [["1 new, 1 blocked"], ["1 new"]]
    assert "this run also found 1 of the default channel" in place.data.bodies[0]


def test_a_channel_that_gets_a_webhook_of_its_own_takes_over() -> None:
    """What the default channel was told before is told there to its end; the new channel is told of what stands."""
    place = Channels(routes=NO_ROUTES)
    place.town.others = (place.slack,)
    place.run(raw())
    place.town.routes, place.town.others = ROUTES, (place.slack, place.raw)
    place.run(raw())
    place.run(raw(PASS))
    place.run(raw())
    assert place.told("slack", "raw.box") == ["NEW", "FIXED"]
    assert place.told(RAW, "raw.box") == ["NEW", "FIXED", "NEW"]
    assert "NOT OF THIS RUN" not in str(place.slack.bodies)


def test_a_channel_that_is_declared_no_more_is_told_the_end() -> None:
    """Its webhook is still there; what is new belongs to another."""
    place = Channels()
    place.run(raw())
    place.town.routes = Routes(channels={DATA: "#data"}, phases={2: DATA}, of=PHASES)
    place.run(raw(), found(FAIL, "analytics.summary", "raw_completion"))
    place.run(raw(PASS), found(FAIL, "analytics.summary", "raw_completion"))
    assert place.heard(place.raw) == [["1 new", "1 fixed"]]
    assert place.told(DATA, "raw.box") == ["NEW", "FIXED"]


def test_a_finding_that_can_not_be_judged_stays_where_it_was() -> None:
    """An ERROR names no table, by which its phase was known."""
    place = Channels()
    place.run(found(FAIL, "box", "rows", table="raw.box"))
    place.run(found(ERROR, "box", "rows"))
    place.run(found(PASS, "box", "rows", table="raw.box"))
    assert place.heard(place.slack, place.raw) == [[], ["1 new", "1 fixed"]]


def test_a_channel_that_refuses_is_told_later_and_keeps_nobody_waiting() -> None:
    """Each channel has its own ledger."""
    place = Channels()
    place.raw.outcome = "refused"
    run = place.run(raw(), other())
    assert set(run.delivery.sent) == {"email", "slack"}
    assert run.delivery.problems == (f"{RAW}: the mail was refused",)
    place.raw.outcome = "accepted"
    assert place.run(raw(), other()).delivery.sent == (RAW,)
    assert place.heard(place.slack, place.raw) == [["1 new, 1 elsewhere"], ["1 new"]]


def test_a_run_that_is_told_again_later_tells_nothing_of_others() -> None:
    """It was broken off before the default channel; by then another run has judged #raw's finding anew."""
    place = Channels()
    place.slack.outcome = "killed before"
    broken_off = place.run(raw(severity=P1), other())
    place.slack.outcome = "refused"
    place.run(raw(PASS, severity=P1))
    place.slack.outcome = "accepted"
    place.town.tell(broken_off)
    (message,) = place.slack.messages
    assert message.subject.endswith(": 1 new, 1 elsewhere")
    assert "raw.box" not in message.text


STATUSES = st.sampled_from([PASS, WARN, FAIL, ERROR, SKIP, None])
OUTCOMES = st.sampled_from(["accepted", "accepted", "refused", "killed before", "killed after"])
STEPS = st.lists(
    st.tuples(st.tuples(*[STATUSES] * 5), st.tuples(*[OUTCOMES] * 4), st.floats(0.1, 9), st.booleans()),
    min_size=1,
    max_size=10,
)
"""What five subjects were, what became of the message of each channel, hours, and whether the routes are there."""
SUBJECTS = (
    ("raw_completion", "phase2", P1),
    ("summary_completion", "phase3", P1),
    ("rows", "raw.box", Severity.P2_HIGH),
    ("drift", "service", Severity.P2_HIGH),
    ("depth", "queue", Severity.P3_MEDIUM),
)


WHERE = {"phase2": RAW, "phase3": "slack", "raw.box": RAW, "service": DATA, "queue": "slack"}


def results(statuses: tuple[Status | None, ...]) -> list[Result]:
    """What a run found."""
    return [
        found(status, subject, check, severity=severity)
        for status, (check, subject, severity) in zip(statuses, SUBJECTS, strict=True)
        if status is not None
    ]


Steps = list[tuple[tuple[Status | None, ...], tuple[Outcome, ...], float, bool]]


def live(place: Channels, steps: Steps) -> None:
    """Live through the steps, then for two days in which all is well and every message is accepted."""
    everybody = place.town.others
    settled: Steps = [((PASS,) * 5, ("accepted",) * 4, 7.0, True)] * 8
    for statuses, outcomes, hours, routed in [*steps, *settled]:
        place.town.routes, place.town.others = (ROUTES, everybody) if routed else (NO_ROUTES, everybody[:1])
        for box, outcome in zip(place.every, outcomes, strict=True):
            box.outcome = outcome
        if now := results(statuses):
            place.run(*now, hours=hours)


@given(STEPS, st.sampled_from(["always", "change"]))
@settings(max_examples=60)
def test_of_any_history_everything_is_told_in_some_channel_and_ended_in_each(steps: Steps, notify: Notify) -> None:
    """Whatever was bad is told in mail and in one Slack channel at least, where webhooks stay in the one it belongs to alone; what a channel was
    told is over there in the end; and no channel is told NEW of what it believes to stand. Also where webhooks come and go.
    """
    place = Channels(notify=notify)
    live(place, steps)
    words = place.town.ledger.words
    was_bad = {one.subject for one in place.town.ledger.results if one.status in BAD}
    for boxes in ({"email"}, {"slack", RAW, DATA}):
        assert was_bad <= {change.result.subject for channel, change, _ in words if channel in boxes}
    if all(routed for *_, routed in steps):
        assert {(one.result.subject, channel) for channel, one, _ in words if channel != "email"} == {
            (subject, WHERE[subject]) for subject in was_bad
        }
    last: dict[Any, Transition] = {}
    for channel, change, told in words:
        if change.transition is Transition.NEW:
            assert last.get((channel, change.key), Transition.FIXED) is Transition.FIXED
        last[channel, change.key] = told.transition
    assert set(last.values()) <= {Transition.FIXED}


# The source of truth, the environment, and a real webhook.


def test_a_channel_has_a_variable_and_a_name_in_the_ledger() -> None:
    """Two that differ in signs alone share a webhook; a name of signs alone has none of its own."""
    assert variable_of("#nba-pipeline-alerts") == "SLACK_WEBHOOK_URL_NBA_PIPELINE_ALERTS"
    assert ledger_name("SLACK_WEBHOOK_URL_NBA_PIPELINE_ALERTS") == "slack_nba_pipeline_alerts"
    assert variable_of("#données") == "SLACK_WEBHOOK_URL_DONN_ES"
    assert variable_of("#—") == "SLACK_WEBHOOK_URL"


@given(st.text())
def test_whatever_a_channel_is_called_its_name_is_safe(name: str) -> None:
    """It becomes part of a job's id in BigQuery, and of a claim's notes."""
    variable = variable_of(name)
    assert re.fullmatch(r"SLACK_WEBHOOK_URL(_[A-Z0-9]+)*", variable)
    assert re.fullmatch(r"slack(_[a-z0-9]+)*", ledger_name(variable))


@pytest.fixture
def owned(ask: Asker) -> Asker:
    """Phase 2 reads #raw-data, the owner of one check #desk, and a channel is named that nothing goes to."""
    world = ask.world
    world.edit("processors/phase2.yaml", {"monitoring": {"alert_channel": "#raw-data"}})
    world.edit("pipeline.yaml", {"owners": {"desk": {"slack": "#desk"}}, "channels": {"spare": "#spare", "mail": "x"}})
    world.edit("checks.yaml", {"checks": {"deployment_drift": {"owner": "desk"}}})
    return ask


def test_the_source_of_truth_says_where_a_finding_goes(owned: Asker) -> None:
    """A phase's channel, an owner's, and only those that have a webhook."""
    ssot = owned.world.service().ssot
    assert dict(declared_channels(ssot)) == {
        "SLACK_WEBHOOK_URL_DESK": "#desk",
        "SLACK_WEBHOOK_URL_RAW_DATA": "#raw-data",
        "SLACK_WEBHOOK_URL_SPARE": "#spare",
    }
    webhooks = ["SLACK_WEBHOOK_URL_RAW_DATA", "SLACK_WEBHOOK_URL_DESK", "SLACK_WEBHOOK_URL_OTHER"]
    routes = routes_of(ssot, webhooks, PHASES, default=True)
    assert routes == Routes(
        channels={"slack_raw_data": "#raw-data", "slack_desk": "#desk"},
        phases={2: "slack_raw_data"},
        owners={"deployment_drift": "slack_desk"},
        queues={"raw-sub": None, "raw-complete-dlq-sub": None},
        of=PHASES,
    )
    assert routes_of(ssot, [], NO_PHASES, default=False).channels == {}
    assert routes_of(ssot, [], NO_PHASES, default=False).whose([other()]) == "mail"


def test_the_environment_holds_the_webhooks() -> None:
    """By variable; what is no address is refused without being shown."""
    env = {
        "SLACK_WEBHOOK_URL": "https://a.example/1",
        "SLACK_WEBHOOK_URL_RAW": "https://a.example/2 ",
        "SLACK_WEBHOOK_URL_X": "",
    }
    env["SLACK_WEBHOOK_URL_lower"] = " "
    assert read_settings(env).slack_webhooks == {"SLACK_WEBHOOK_URL_RAW": "https://a.example/2"}
    with pytest.raises(ConfigurationError) as caught:
        read_settings({"SLACK_WEBHOOK_URL_RAW": "hooks.example.com/secret"})
    assert "SLACK_WEBHOOK_URL_RAW is not an http(s) address" in str(caught.value)
    assert "secret" not in str(caught.value)
    with pytest.raises(ConfigurationError, match="'SLACK_WEBHOOK_URL_raw' is no channel's variable"):
        read_settings({"SLACK_WEBHOOK_URL_raw": "https://a.example/2"})


def test_two_webhooks_are_posted_to(owned: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over HTTP: the run says which channels were told, each webhook has its own, and `explain` knows where the rest went."""
    monkeypatch.setattr(LocalBackend, "channels", GoogleBackend.channels)
    with SlackFake() as default, SlackFake() as desk:
        own = {"SLACK_WEBHOOK_URL_DESK": desk.webhook, "SLACK_WEBHOOK_URL_NOBODY": desk.webhook}
        owned.settings = replace(owned.settings, slack_webhook=default.webhook, slack_webhooks=own)
        body = owned.run()
        assert body["delivery"]["sent"] == ["slack", "slack_desk"]
        assert len(desk.messages) == len(default.messages) == 1
        assert ("deployment_drift" in str(desk.messages), "deployment_drift" in str(default.messages)) == (
            True,
            False,
        )
        assert "this run also found 2 of #desk" in str(default.messages)
        lines = {line.channel: line for line in explained(service(owned.settings), body["run_id"], owned.now)}
    assert lines["slack_desk"].told
    elsewhere = {line.channel: line for line in explained(service(ask_alone(owned)), body["run_id"], owned.now)}
    assert (lines["slack"].told, lines["slack"].why) == (False, "it belongs to #desk")
    assert elsewhere["slack_desk"].told
    assert not elsewhere["slack"].told
    assert elsewhere["slack"].why.endswith("did not tell it here")


def ask_alone(asker: Asker) -> Settings:
    """The settings of somebody who has none of the webhooks."""
    return replace(asker.settings, slack_webhook="", slack_webhooks={})


def explained(svc: Service, run_id: str, now: datetime) -> list[Explained]:
    """Why each channel was told of the check that #desk owns, or not."""
    with svc.session() as session:
        run = session.store.find(run_id, now)
        assert run is not None
        channels = [channel.name for channel in session.teller.channels]
        schedule = svc.ssot.schedules[run.schedule_name]
        return list(explain(run, "deployment_drift", session.ledger, svc.rules, schedule, channels))
