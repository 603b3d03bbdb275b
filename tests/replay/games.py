"""A season of games, made up but shaped like a real one: 231 game dates, an all-star break, playoffs, postponements, both clock changes."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from validator.clock import days, local_instant

EASTERN = ZoneInfo("America/New_York")
OPENER, LAST_REGULAR = date(2025, 10, 21), date(2026, 4, 12)
BREAK = tuple(days(date(2026, 2, 13), date(2026, 2, 18)))
ALL_STAR = date(2026, 2, 15)
OFF_DAYS = (date(2025, 11, 27), date(2025, 12, 24))
PLAY_IN, PLAYOFFS, FINALE = date(2026, 4, 14), date(2026, 4, 18), date(2026, 6, 14)
LAST_GAMES = (date(2026, 6, 16), date(2026, 6, 18), date(2026, 6, 21))
WEEKDAY_TIPS = ("19:00", "19:30", "20:00", "21:00", "22:00")
WEEKEND_TIPS = ("13:00", "15:30", "18:00", "19:30", "21:30")
TEAMS = (
    "ATL BKN BOS CHA CHI CLE DAL DEN DET GSW HOU IND LAC LAL MEM MIA MIL MIN NOP NYK OKC ORL PHI PHX POR SAC SAS TOR UTA WAS"
).split()


@dataclass(frozen=True, kw_only=True)
class PutOff:
    """A postponement: when it was announced, and the new date."""

    announced: datetime
    new_day: date


@dataclass(frozen=True, kw_only=True)
class Game:
    """One game on one date; one with a new date is there twice, with the same number."""

    number: int
    day: date
    away: str
    home: str
    tip: datetime
    over: datetime
    known: datetime
    """Since when the calendar names it."""
    counts: bool = True
    put_off: PutOff | None = None

    @property
    def id(self) -> str:
        """Its number in the schedule."""
        return f"{self.number:010d}"


class Season:
    """All games, by day. The same seed gives the same season."""

    def __init__(self, seed: int = 1) -> None:
        self.seed = seed
        self.games: Sequence[Game] = sorted(_games(random.Random(f"season {seed}")), key=lambda game: game.tip)  # noqa: S311 - made-up data

    @cached_property
    def by_day(self) -> Mapping[date, Sequence[Game]]:
        """The games that count, by the date they are played on or were to be played on."""
        found: dict[date, list[Game]] = {}
        for game in self.games:
            if game.counts:
                found.setdefault(game.day, []).append(game)
        return found

    @cached_property
    def played(self) -> Mapping[date, Sequence[Game]]:
        """The games that take place, by day."""
        held = {day: [game for game in games if not game.put_off] for day, games in self.by_day.items()}
        return {day: games for day, games in held.items() if games}

    def planned(self, day: date, at: datetime) -> Sequence[Game]:
        """The games of a day as they were known at an instant: one put off later is still among them."""
        games = self.by_day.get(day, ())
        return [game for game in games if game.known <= at and not (game.put_off and game.put_off.announced <= at)]

    def over(self, day: date) -> datetime:
        """When the last game of a day was over; noon where there was none."""
        return max((game.over for game in self.played.get(day, ())), default=at(day, "12:00"))


def at(day: date, clock: str, minutes: float = 0) -> datetime:
    """A local time of day as an instant, and so many minutes later."""
    return local_instant(day, time.fromisoformat(clock), EASTERN) + timedelta(minutes=minutes)


def game_dates() -> list[date]:
    """The dates of the season, in order."""
    regular = [day for day in days(OPENER, LAST_REGULAR) if day not in BREAK and day not in OFF_DAYS]
    play_in = list(days(PLAY_IN, PLAYOFFS - timedelta(days=1)))
    return [*regular, *play_in, *days(PLAYOFFS, FINALE), *LAST_GAMES]


def _games(dice: random.Random) -> Iterator[Game]:
    number = 22_500_000
    made: list[Game] = []
    put_off = set(
        dice.sample([day for day in days(OPENER + timedelta(days=20), date(2026, 3, 20)) if day in game_dates()], 6)
    )
    for day in game_dates():
        drawn = dice.sample(TEAMS, 2 * _count(day, dice))
        for away, home in zip(drawn[::2], drawn[1::2], strict=True):
            number += 1
            made.append(_game(number, day, away, home, dice))
    for day in sorted(put_off):
        game = next(game for game in made if game.day == day)
        made.remove(game)
        later = [other for other in game_dates() if timedelta(days=1) <= other - day <= timedelta(days=40)]
        free = [other for other in later if not _playing(made, other) & {game.away, game.home}]
        # Announced two days before, or on the day itself, when the lines are already there.
        announced = dice.choice((at(day - timedelta(days=2), "15:00"), at(day, "16:20")))
        new_day = dice.choice(free)
        made.append(replace(game, put_off=PutOff(announced=announced, new_day=new_day)))
        again = _game(game.number, new_day, game.away, game.home, dice)
        made.append(replace(again, known=announced + timedelta(hours=2)))
    yield from made
    yield replace(_game(32_500_001, ALL_STAR, "EST", "WST", dice), counts=False)


def _count(day: date, dice: random.Random) -> int:
    """How many games a date has."""
    if day > FINALE - timedelta(days=20):
        return 1
    if day >= PLAY_IN:
        return dice.randint(1, 4) if day >= PLAYOFFS else 2
    return dice.choice((2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13))


def _game(number: int, day: date, away: str, home: str, dice: random.Random) -> Game:
    tip = at(day, dice.choice(WEEKEND_TIPS if day.isoweekday() >= 6 else WEEKDAY_TIPS), 10)
    known = at(OPENER - timedelta(days=60), "12:00") if day <= LAST_REGULAR else at(day - timedelta(days=4), "09:00")
    return Game(
        number=number,
        day=day,
        away=away,
        home=home,
        tip=tip,
        over=tip + timedelta(minutes=dice.randint(130, 170)),
        known=known,
    )


def _playing(games: Sequence[Game], day: date) -> set[str]:
    """The teams that play on a day."""
    return {team for game in games if game.day == day for team in (game.away, game.home)}
