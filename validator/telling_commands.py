"""The commands about what people are told: acknowledge a finding, silence one, and explain why something was told or not."""

import argparse
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from validator import asked
from validator.clock import day_of, zone
from validator.commands import Call
from validator.compose import Service
from validator.errors import BadRequest, NotFound
from validator.explaining import Explained, explain
from validator.identity import DEAD_LETTER, DEAD_LETTER_SCHEDULE
from validator.json_text import json_text
from validator.results import Result
from validator.silencing import add_silence
from validator.ssot.models.checks import SilenceSpec
from validator.status import ExitCode
from validator.store_told import ToldStore
from validator.tell.plain import amount, plain
from validator.tell.problem import BAD, LOOK_BACK_DAYS, NOW, problems_of
from validator.tell.silences import ends, is_like, matches
from validator.tell.told import FLAPPING
from validator.tell.words import moment

Add = Callable[[str, Callable[[Call], int], str], argparse.ArgumentParser]


def add_commands(add: Add) -> None:
    """`ack`, `silence` and `explain`."""
    ack = add(
        "ack",
        acknowledge,
        "say that a finding is in hand: no reminder until it gets worse or clears; without an id, list what is open",
    )
    ack.add_argument("fingerprint", nargs="?", metavar="ID", help="the id that the message shows")
    ack.add_argument("--reason", metavar="TEXT", help="what is being done about it")
    ack.add_argument("--author", metavar="NAME", help="who says so (default: the login name)")
    silence = add("silence", silences, "list the silences, or accept a finding for a while")
    silence.add_argument("check", nargs="?", metavar="CHECK", help="the check, * for any text")
    silence.add_argument("--subject", metavar="S", help="the subject, * for any text (default: every one)")
    silence.add_argument("--reason", metavar="TEXT")
    silence.add_argument("--author", metavar="NAME", help="who accepts it (default: the login name)")
    silence.add_argument("--until", metavar="D", help="the last day on which it counts, YYYY-MM-DD")
    told = add("explain", explained, "why people were told of a check's results in a run, or not")
    told.add_argument("run_id", metavar="RUN_ID")
    told.add_argument("check", metavar="CHECK")
    told.add_argument("--format", choices=("text", "json"), default="text")


def acknowledge(call: Call) -> int:
    """`ack [ID --reason TEXT]`."""
    svc, arguments = call.service(), call.arguments
    with svc.session() as session:
        if arguments.fingerprint is None:
            _alone(call, "reason", "author")
            return _list_open(call, session.ledger, svc.rules.where)
        fingerprint, reason = asked.read_fingerprint(arguments.fingerprint), asked.read_reason(arguments.reason or "")
        note = f"{_author(call)}: {reason}"
        rows = session.ledger.acknowledge(fingerprint, call.now, note)
    if not rows:
        raise BadRequest(f"nothing of {fingerprint} is open: `ack` alone lists what is")
    print(f"acknowledged {fingerprint}: no reminder until it gets worse or clears")
    return ExitCode.FINE


def _list_open(call: Call, ledger: ToldStore, where: ZoneInfo) -> int:
    told = ledger.open(call.now)
    subjects = {result.fingerprint: result.subject for result in ledger.judged(call.now, told, ())}
    for one in sorted(told.values(), key=lambda one: (-one.severity.rank, -one.status.rank, one.opened)):
        in_hand = f"  acknowledged: {plain(one.note)}" if one.acknowledged_at else ""
        name = f"{one.check_name} {subjects.get(one.key.fingerprint, '')}".rstrip()
        name += f"  of {one.key.day}" if one.key.day != NOW else ""
        state = f"{FLAPPING if one.flapping else one.status.value:5}  {one.severity.value[:2]}"
        print(f"{one.key.fingerprint}  {state}  {plain(name)}  since {moment(one.opened, where)}{in_hand}")
    if not told:
        print("nothing that people were told of is open")
    return ExitCode.FINE


def _alone(call: Call, *names: str) -> None:
    """Options that say something of a finding go with one. Raises BadRequest."""
    given = [name for name in names if getattr(call.arguments, name) is not None]
    if given:
        raise BadRequest(f"--{given[0]} of what? Name the {'check' if 'until' in names else 'id'}")


def _author(call: Call) -> str:
    author = call.settings.user if call.arguments.author is None else call.arguments.author
    if not author:
        raise BadRequest("who says so? --author NAME")
    return asked.read_line("author", author)


def silences(call: Call) -> int:
    """`silence [CHECK --reason TEXT --until D]`."""
    arguments, svc = call.arguments, call.service()
    today = day_of(call.now, zone(svc.ssot.pipeline.time_zone))
    if arguments.check is None:
        _alone(call, "subject", "reason", "author", "until")
        with svc.session() as session:
            results = session.ledger.judged(call.now, (), ())
        for line in _listed(svc, results, today):
            print(line)
        return ExitCode.FINE
    if arguments.until is None:
        raise BadRequest("until when? --until YYYY-MM-DD")
    until = asked.read_day(arguments.until, call.now)
    if until < today:
        raise BadRequest(f"until {until}: that is over")
    if not any(matches_check(arguments.check, name) for name in svc.ssot.checks):
        raise NotFound("check", arguments.check, sorted(svc.ssot.checks))
    silence = SilenceSpec(
        check=arguments.check,
        subject=None if arguments.subject is None else asked.read_line("subject", arguments.subject),
        reason=asked.read_reason(arguments.reason or ""),
        author=_author(call),
        until=until,
        since=today,
    )
    if silence in svc.ssot.silences:
        raise BadRequest("it is silenced already, in the same words: `silence` alone lists them")
    with svc.session() as session:
        results = session.ledger.judged(call.now, (), ())
    hits, over = _hits(silence, results), _over(silence, results, svc)
    path = add_silence(svc.ssot.directory, silence)
    where = "from now on" if call.settings.backend == "local" else "once that file is deployed"
    found = amount(len(hits), "finding") if hits else "no finding"
    print(f"written to {path}: it counts {where}, and matches {found} of the last {LOOK_BACK_DAYS} days")
    for name in over:
        print(f"not for {plain(name)}: it got worse today, which ends a silence; `ack` it, and silence it tomorrow")
    return ExitCode.FINE


def _over(silence: SilenceSpec, results: Sequence[Result], svc: Service) -> list[str]:
    """The findings that it is about and has ended for: they got worse, or came back after they had cleared."""
    problems = problems_of(results, svc.rules.where, svc.rules.judged_now).values()
    mine = [one for one in problems if one.is_bad and matches(silence, one.newest)]
    return sorted(
        f"{one.newest.check_name} {one.newest.subject}" for one in mine if ends(silence, one, svc.rules.where)
    )


def matches_check(pattern: str, name: str) -> bool:
    """Whether a silence's check means that one."""
    return is_like(name, pattern)


def _hits(silence: SilenceSpec, results: Sequence[Result]) -> set[str]:
    return {result.fingerprint for result in results if result.status in BAD and matches(silence, result)}


def _listed(svc: Service, results: Sequence[Result], today: date) -> Iterator[str]:
    """One line per silence: whether it counts, what it was about in the last days, and for how much of that it has ended."""
    if not svc.ssot.silences:
        yield "nothing is silenced"
    for silence in svc.ssot.silences:
        hits = _hits(silence, results)
        state = "expired" if silence.until < today else "active"
        about = f"{plain(silence.check)} {plain(silence.subject or '*')}"
        found = amount(len(hits), "finding") if hits else "no finding"
        found += f" (ended for {len(over)}: worse, or back)" if (over := _over(silence, results, svc)) else ""
        yield f"{state:7}  until {silence.until}  {about}  {found} in {LOOK_BACK_DAYS} days  {plain(silence.author)}: {plain(silence.reason)}"


def explained(call: Call) -> int:
    """`explain RUN_ID CHECK`."""
    svc, arguments = call.service(), call.arguments
    run_id = asked.read_run_id(arguments.run_id)
    if arguments.check not in svc.ssot.checks:
        raise NotFound("check", arguments.check, sorted(svc.ssot.checks))
    with svc.session() as session:
        run = session.store.find(run_id, call.now) if run_id else None
        if run is None:
            raise BadRequest(f"no run {plain(arguments.run_id)} is stored")
        schedule = {**svc.ssot.schedules, DEAD_LETTER: DEAD_LETTER_SCHEDULE}.get(run.schedule_name)
        if schedule is None:
            raise NotFound("schedule", run.schedule_name, sorted(svc.ssot.schedules))
        names = [channel.name for channel in session.teller.channels]
        silent = session.teller.silent
        lines = list(explain(run, arguments.check, session.ledger, svc.rules, schedule, names, silent))
    if not lines:
        raise BadRequest(f"the run has no result of {arguments.check}")
    if arguments.format == "json":
        print(json_text({"run_id": run.run_id, "check": arguments.check, "explained": [line.body() for line in lines]}))
    else:
        something = [line for line in lines if line.transition or line.status in BAD]
        for line in something or lines:
            print(_sentence(line))
        if something and len(something) < len(lines):
            print(f"{amount(len(lines) - len(something), 'other result')} passed or skipped: nothing to tell")
        if run.details.get("schemas_sha") not in (None, svc.ssot.sha):
            print("(schemas/ has changed since that run: silences and limits may have been others)")
    return ExitCode.FINE


def _sentence(line: Explained) -> str:
    told = "told" if line.told else "not told"
    later = f"; {line.later}" if line.later else ""
    transition = f" {line.transition}" if line.transition else ""
    return f"{line.status.value:5}  {plain(line.subject)}  {line.channel}: {told}{transition}: {plain(line.why)}{later}"
