"""Time: the data of every declared zone, and this machine's clock against that of an answer that is asked for anyway."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from validator.doctor.line import Line, fail, ok, skip, warn
from validator.doctor.mending import DEPLOY
from validator.doctor.place import Place
from validator.doctor.probe import Probe
from validator.errors import ServiceError

INSTALL = "python -m pip install tzdata"
SYNC = "sudo timedatectl set-ntp true"
WORTH_SAYING = timedelta(seconds=5)


def _zones(place: Place) -> Iterator[Line]:
    """Read anew: a process that has a zone in memory would not notice that the next one can't start (L-38)."""
    names = {
        place.ssot.pipeline.time_zone,
        *(spec.time_zone for spec in place.ssot.schedules.values() if spec.time_zone),
    }
    for name in sorted(names):
        try:
            here = place.now.astimezone(ZoneInfo.no_cache(name))
        except (ZoneInfoNotFoundError, ValueError, OSError):
            yield fail("no data of this zone on this machine", INSTALL, name)
        else:
            yield ok(f"it is {here:%Y-%m-%d %H:%M %Z} there", name)


def _clock(place: Place) -> Iterator[Line]:
    """A claim lives for so many seconds of everybody's clock: who is further off takes it over while it is held."""
    if place.local:
        yield skip("no answer from elsewhere is asked for")
        return
    with suppress(ServiceError):
        place.world.live_jobs()
    ahead = place.backend.clock_ahead()
    if ahead is None:
        yield skip("no answer came that says what time it is")
        return
    seconds, fix = ahead.total_seconds(), DEPLOY if place.settings.on_google_cloud else SYNC
    found = f"{abs(seconds):.0f} s {'ahead of' if seconds > 0 else 'behind'} Google's"
    if abs(ahead) > timedelta(seconds=place.ssot.pipeline.runner.lease_seconds):
        yield fail(f"{found}, more than a claim lives", fix)
    elif abs(ahead) > WORTH_SAYING:
        yield warn(found, fix)
    else:
        yield ok(f"within {WORTH_SAYING.seconds} s of Google's")


ZONES = Probe(name="time zones", look=_zones, by_itself=True)
CLOCK = Probe(name="clock", look=_clock)
