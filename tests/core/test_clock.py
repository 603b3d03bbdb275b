"""Dates, instants, local deadlines over clock changes, and cron."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from validator.clock import (
    Cron,
    day_of,
    days,
    local_instant,
    parse_date,
    parse_instant,
    parse_time_of_day,
    rfc3339,
    zone,
)
from validator.errors import ConfigurationError

ET = zone("America/New_York")


@pytest.mark.parametrize(
    "text",
    ["20260105", "2026-W02-1", "2026-1-5", "2026-02-30", "0000-01-01", " 2026-01-05", "2026-01-05\n", "٢٠٢٦-01-05", ""],
)
def test_only_plain_dates_are_dates(text: str) -> None:
    """Other spellings that a parser would take are refused."""
    assert parse_date(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-05T06:00:00",
        "2026-01-05",
        "2026-01-05T06:00Z",
        "2026-01-05 06:00:00Z",
        "2026-13-05T06:00:00Z",
        "0001-01-01T00:00:00+23:00",
        "now",
    ],
)
def test_only_instants_with_offset_are_instants(text: str) -> None:
    """A naive or odd time is no instant, and none overflows."""
    assert parse_instant(text) is None


@pytest.mark.parametrize(
    "text",
    ["2026-01-05T11:00:00Z", "2026-01-05T06:00:00-05:00", "2026-01-05t11:00:00z", "2026-01-05T11:00:00.000000000Z"],
)
def test_the_same_instant_in_many_spellings(text: str) -> None:
    """All of these are eleven o'clock UTC, and it is written one way."""
    instant = parse_instant(text)
    assert instant is not None
    assert rfc3339(instant) == "2026-01-05T11:00:00Z"


@given(st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC)))
def test_instants_survive_writing_and_reading(instant: datetime) -> None:
    """What is written is read back as the same instant."""
    assert parse_instant(rfc3339(instant)) == instant


@given(st.dates(date(2020, 1, 1), date(2030, 12, 31)), st.times())
def test_local_deadlines_exist_and_follow_the_clock(day: date, at: time) -> None:
    """A local deadline is that wall-clock time, or the next that exists; the next day's comes 23 to 25 hours later."""
    at = at.replace(second=0, microsecond=0)
    instant = local_instant(day, at, ET)
    wall = instant.astimezone(ET).replace(tzinfo=None)
    assert wall == datetime.combine(day, at) or wall - datetime.combine(day, at) <= timedelta(hours=1)
    following = local_instant(day + timedelta(days=1), at, ET)
    assert timedelta(hours=22, minutes=59) <= following - instant <= timedelta(hours=25)


def test_the_hour_that_does_not_exist() -> None:
    """02:30 on the night the clocks go forward means 03:00; 01:30 on the night they go back means the first one."""
    assert local_instant(date(2026, 3, 8), time(2, 30), ET) == datetime(2026, 3, 8, 7, 0, tzinfo=UTC)
    assert local_instant(date(2026, 11, 1), time(1, 30), ET) == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)


def test_fa20_a_day_is_named_in_the_zone() -> None:
    """FA-20: 23:00 in New York is still that day, though UTC says tomorrow."""
    assert day_of(datetime(2026, 2, 4, 4, 0, tzinfo=UTC), ET) == date(2026, 2, 3)


def test_l38_a_zone_without_data_is_an_error() -> None:
    """L-38: a zone the machine does not know is refused, never taken for UTC."""
    with pytest.raises(ConfigurationError, match="tzdata"):
        zone("America/Nowhere")


@pytest.mark.parametrize(
    "text", ["* * * *", "60 * * * *", "* 24 * * *", "*/0 * * * *", "a * * * *", "1-70 * * * *", "5-1 * * * *", ""]
)
def test_broken_cron_is_refused(text: str) -> None:
    """What is no cron expression says why."""
    with pytest.raises(ValueError, match=r"cron field|outside|five fields"):
        Cron.parse(text)


@pytest.mark.parametrize(
    ("text", "after", "wanted"),
    [
        ("0 6 * * *", "2026-01-05T10:59:00Z", "2026-01-05T11:00:00Z"),
        ("0 6 * * *", "2026-01-05T11:00:00Z", "2026-01-06T11:00:00Z"),
        ("*/15 22-23,0-2 * * *", "2026-01-05T12:00:00Z", "2026-01-06T03:00:00Z"),
        ("0 18 * * 0,6", "2026-01-05T12:00:00Z", "2026-01-10T23:00:00Z"),
        ("0 18 * * 7", "2026-01-05T12:00:00Z", "2026-01-11T23:00:00Z"),
        ("30 5 29 2 *", "2026-01-05T12:00:00Z", "2028-02-29T10:30:00Z"),
        ("0 2 * * *", "2026-03-08T05:00:00Z", "2026-03-08T07:00:00Z"),
        ("0 0 13 * 5", "2026-02-01T12:00:00Z", "2026-02-06T05:00:00Z"),
    ],
)
def test_next_fire(text: str, after: str, wanted: str) -> None:
    """The next fire time in New York, over clock changes, leap days and the two-day-fields rule."""
    instant = parse_instant(after)
    assert instant is not None
    assert rfc3339(Cron.parse(text).next_after(instant, ET)) == wanted


def test_never_firing_cron_says_so() -> None:
    """The 31st of February never comes."""
    with pytest.raises(ValueError, match="never fires"):
        Cron.parse("0 0 31 2 *").next_after(datetime(2026, 1, 1, tzinfo=UTC), ET)


def test_days_and_times_of_day() -> None:
    """Spans include both ends; a time of day is HH:MM."""
    assert list(days(date(2026, 1, 30), date(2026, 2, 1))) == [date(2026, 1, 30), date(2026, 1, 31), date(2026, 2, 1)]
    assert parse_time_of_day("24:00") is None
    assert parse_time_of_day("06:30") == time(6, 30)
