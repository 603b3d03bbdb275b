"""The commands that read stored rows alone: how a day stands, and what checks have said over the last weeks."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from validator import asked
from validator.clock import day_of, zone
from validator.commands import Call, exit_code, terminal_width
from validator.errors import BadRequest, NotFound
from validator.history import Track, noise_of, tracks_of
from validator.history_text import render_noise, render_overview, render_tracks, render_would, would_break_on
from validator.json_text import json_text
from validator.limits import Bound, parse_limit
from validator.standing_text import render_standing
from validator.status import ExitCode

NOISIEST = 15
UNHEARD = timedelta(days=1)
"""After which what people were told, and nobody acknowledged, is noise."""


def status(call: Call) -> int:
    """`status`: how yesterday stands, and whether today is ready."""
    svc, text = call.service(), call.arguments.date
    where = zone(svc.ssot.pipeline.time_zone)
    day = asked.read_day(text, call.now) if text is not None else day_of(call.now, where) - timedelta(days=1)
    stands = svc.standing(day, call.now)
    if call.arguments.format == "json":
        print(json_text(stands.body()))
    else:
        print(render_standing(stands, call.now, where, width=terminal_width()))
    return exit_code(stands.whole, call.arguments.fail_on)


def history(call: Call) -> int:
    """`history [CHECK]`: what checks have said; `--noise` what complains too much or never; `--limit` what another limit would have found."""
    svc, arguments = call.service(), call.arguments
    check, limit = arguments.check, _limit(arguments.limit)
    if check is not None and check not in svc.checks:
        raise NotFound("check", check, sorted(svc.checks))
    if limit is not None and check is None:
        raise BadRequest("--limit is about one check: history CHECK --limit '> 3'")
    if limit is not None and arguments.noise:
        raise BadRequest("--limit and --noise are two questions: ask one of them")
    where = zone(svc.ssot.pipeline.time_zone)
    with svc.session() as session:
        found = session.store.history(check, call.now - timedelta(days=arguments.days), call.now)
        told = session.ledger.unacknowledged(call.now - UNHEARD, call.now) if arguments.noise else {}
    tracks = tracks_of(found)
    last = day_of(call.now, where)
    span = last - timedelta(days=arguments.days - 1), last
    noise = noise_of(tracks, NOISIEST, told)
    if arguments.format == "json":
        print(json_text(noise.body() if arguments.noise else _body(tracks, limit, where)))
    elif arguments.noise:
        print(render_noise(noise, *span))
    elif limit is not None:
        print(render_would(tracks, limit, *span, where))
    elif check is not None:
        print(render_tracks(tracks, *span, where))
    else:
        print(render_overview(tracks, *span))
    return ExitCode.FINE


def _body(tracks: Sequence[Track], limit: Bound | None, where: ZoneInfo) -> dict[str, Any]:
    """The tracks as JSON, each with the days that the limit would have found where one is asked about."""
    if limit is None:
        return {"tracks": [track.body() for track in tracks]}
    would = {id(track): sorted(map(str, would_break_on(track, limit, where))) for track in tracks}
    return {"limit": str(limit), "tracks": [{**track.body(), "would_break": would[id(track)]} for track in tracks]}


def _limit(text: str | None) -> Bound | None:
    """A comparison such as `> 3`; raises BadRequest for anything else."""
    if text is None:
        return None
    try:
        (limit,) = parse_limit(text)
    except ValueError as error:
        raise BadRequest(str(error)) from error
    if not isinstance(limit, Bound):
        raise BadRequest(f"{text!r} is a state: another limit is a comparison such as '> 3'")
    return limit
