"""What `dlq list`, `peek` and `replay` do: each takes the call as typed, prints, and returns an exit code."""

import argparse
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from validator.clock import day_of, zone
from validator.commands import Call
from validator.dead_letters.harm import worlds
from validator.dead_letters.ledger import Lately, Ledger
from validator.dead_letters.replay import Fate, Step, Wish, carry_out, plan
from validator.dead_letters.text import list_body, render_list, render_step, render_waiting, waiting_body
from validator.dead_letters.waiting import Reader, Taken, Waiting, taken
from validator.errors import BadRequest, ServiceError
from validator.evidence.queues import view_queues
from validator.json_text import json_text
from validator.letter_ports import KEPT_SECONDS
from validator.run import Session
from validator.ssot.source import Ssot, subscriptions_of
from validator.status import ExitCode
from validator.tell.plain import amount, plain

LATELY = timedelta(days=7)
SAFE_SECONDS = KEPT_SECONDS - 60
"""After so long the messages may be given to others at any moment."""
_WILL = {
    Fate.REPLAYED: "would publish",
    Fate.DROPPED: "would drop",
    Fate.SKIPPED: "would leave",
    Fate.KEPT: "can't send",
}


def add_commands(parser: argparse.ArgumentParser) -> None:
    """Give the `dlq` command its actions."""
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True, parser_class=type(parser))
    text = "every dead-letter subscription: how much waits, since when, for which phase, and what came lately"
    listing = actions.add_parser("list", help=text, description=text)
    listing.add_argument("--format", choices=("text", "json"), default="text")
    listing.set_defaults(command=list_subscriptions)
    text = "show messages of a subscription, and leave them there"
    peeking = actions.add_parser("peek", help=text, description=text)
    peeking.add_argument("subscription", metavar="SUBSCRIPTION")
    peeking.add_argument("--limit", type=_number, default=5, help="how many messages (default 5)")
    peeking.add_argument("--format", choices=("text", "json"), default="text")
    peeking.set_defaults(command=peek)
    text = "publish messages again where they came from, then take them out of the subscription"
    _add_replay(actions.add_parser("replay", help=text, description=text))


def _add_replay(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("subscription", metavar="SUBSCRIPTION")
    parser.add_argument("--limit", type=_number, default=100, help="how many messages (default 100)")
    parser.add_argument("--message-id", metavar="ID", help="this message alone")
    parser.add_argument("--all", action="store_true", help="those whose data is there, or not owed, too")
    text = "write down and take out those whose data is there, or not owed, instead of leaving them"
    parser.add_argument("--drop-arrived", action="store_true", help=text)
    parser.add_argument(
        "--to", metavar="TOPIC", help="where to publish, for messages that don't say where they came from"
    )
    parser.add_argument("--yes", action="store_true", help="don't ask")
    parser.set_defaults(command=replay_letters)


def list_subscriptions(call: Call) -> int:
    """`dlq list`: 1 when a message waits, or a subscription is missing, wired wrong or can't be read."""
    svc = call.service()
    today = day_of(call.now, zone(svc.ssot.pipeline.time_zone))
    with svc.session() as session:
        views = view_queues(worlds(session.ports, svc.ssot, call.now, "dlq")(today), "dead_letter", 0)
        lately, unread = _lately(session, call)
    phases = _phases(svc.ssot)
    if call.arguments.format == "json":
        print(json_text({"subscriptions": list_body(views, phases, lately), "problems": unread}))
    else:
        for line in render_list(views, phases, lately):
            print(line)
        for problem in unread:
            print(plain(problem))
        if not views:
            print("the source of truth declares no dead-letter subscription")
    bad = any(view.depth or view.state or view.flaw or view.unknown for view in views)
    return ExitCode.FINDINGS if bad else ExitCode.FINE


def _lately(session: Session, call: Call) -> tuple[Mapping[str, Lately], list[str]]:
    try:
        return Ledger(session.store).lately(call.now, LATELY), []
    except ServiceError as error:
        return {}, [f"what came lately is not known: {error}"]


def _phases(ssot: Ssot) -> dict[str, int | None]:
    return {spec.name: spec.phase for topic in ssot.topics for spec in subscriptions_of(topic)}


def peek(call: Call) -> int:
    """`dlq peek SUBSCRIPTION`."""
    svc, subscription = call.service(), call.arguments.subscription
    with svc.session() as session, svc.letters() as letters:
        reader = Reader(svc.ssot, session.ports, call.now)
        reader.refuse_others(subscription)
        with taken(letters, subscription, call.arguments.limit) as ours:
            waiting = [reader.read(letter, subscription) for letter in ours.found]
    if call.arguments.format == "json":
        print(json_text({"subscription": subscription, "messages": [waiting_body(one) for one in waiting]}))
        return ExitCode.FINE
    for one in waiting:
        for line in render_waiting(one):
            print(line)
    more = "; there may be more: --limit" if len(waiting) == call.arguments.limit else ""
    none = "" if waiting else ": none came"
    print(f"{amount(len(waiting), 'message')} shown, all left in {plain(subscription)}{none}{more}")
    return ExitCode.FINE


def replay_letters(call: Call) -> int:
    """`dlq replay SUBSCRIPTION`: 2 when any message could not be published or taken out."""
    svc, arguments = call.service(), call.arguments
    if arguments.all and arguments.drop_arrived:
        raise BadRequest("--all sends what --drop-arrived would take out: give one of the two")
    wish = Wish(everything=arguments.all, drop=arguments.drop_arrived, topic=arguments.to)
    with svc.session() as session, svc.letters() as letters:
        reader = Reader(svc.ssot, session.ports, call.now)
        reader.refuse_others(arguments.subscription)
        _refuse_topic(reader, wish.topic)
        began = time.monotonic()
        with taken(letters, arguments.subscription, arguments.limit, arguments.message_id) as ours:
            steps = [plan(reader.read(letter, ours.subscription), wish, reader.wiring) for letter in ours.found]
            if any(map(_changes, steps)) and not (arguments.yes or _agreed(steps, ours.subscription)):
                print("nothing was changed; all messages were left where they are")
                return ExitCode.FINE

            def write_down(one: Waiting) -> bool:
                return Ledger(session.store).keep(one.read, one.place, one.harm, call.now)

            done = [_carried_out(step, ours, write_down, began) for step in steps]
    return _counted(done, arguments.message_id)


def _refuse_topic(reader: Reader, topic: str | None) -> None:
    if topic is None:
        return
    if topic not in reader.wiring.topics or reader.wiring.topics[topic].dead_letter:
        raise BadRequest(f"--to {topic}: no declared topic that messages could be published to")


def _changes(step: Step) -> bool:
    return step.fate in (Fate.REPLAYED, Fate.DROPPED)


def _agreed(steps: Sequence[Step], subscription: str) -> bool:
    """Whether somebody at the terminal says yes. Raises BadRequest where nobody can be asked."""
    for step in steps:
        print(f"{_WILL[step.fate]} {render_step(step)}")
    sent, dropped = (sum(step.fate is fate for step in steps) for fate in (Fate.REPLAYED, Fate.DROPPED))
    what = [f"publish {amount(sent, 'message')} (every subscription of the topic gets them once more)"] if sent else []
    what += [f"drop {amount(dropped, 'message')}"] if dropped else []
    try:
        answer = input(f"{' and '.join(what)}, out of {plain(subscription)}? [y/N] ")
    except EOFError:
        raise BadRequest("nobody could be asked; --yes answers for you") from None
    return answer.strip().lower() in ("y", "yes")


def _carried_out(step: Step, ours: Taken, write_down: Callable[[Waiting], object], began: float) -> Step:
    if _changes(step) and time.monotonic() - began > SAFE_SECONDS:
        done = replace(step, fate=Fate.KEPT, why="it was read too long ago, others may have it by now: ask again")
    else:
        done = carry_out(step, ours, write_down)
    print(f"{done.fate.value:<9} {render_step(done)}", flush=True)
    return done


def _counted(done: Sequence[Step], wanted: str | None) -> int:
    if wanted is not None and not done:
        print(f"no message {plain(wanted)} came; another reader may have it for some minutes")
        return ExitCode.ERROR
    counts = Counter(step.fate for step in done)
    print(", ".join(f"{counts[fate]} {fate.value}" for fate in Fate if counts[fate]) or "no message came")
    if counts[Fate.SKIPPED]:
        print("what is skipped lies there still: --drop-arrived takes it out, --all sends it all the same")
    return ExitCode.ERROR if counts[Fate.KEPT] or counts[Fate.TWICE] else ExitCode.FINE


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= 1000):
        raise argparse.ArgumentTypeError(f"{text!r}: expected a whole number from 1 to 1000")
    return int(text)
