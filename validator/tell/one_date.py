"""What was judged of today in the evening, and is judged again of yesterday in the morning, is one problem: that date's."""

from collections.abc import Mapping
from dataclasses import replace

from validator.tell.problem import BAD, TODAY, YESTERDAY, Key, Problem
from validator.tell.told import Told


def of_one_date(
    problems: Mapping[Key, Problem], told: Mapping[Key, Told]
) -> tuple[dict[Key, Problem], dict[Key, Told]]:
    """The problems and the words, with what evenings found of the dates up to the newest morning's as yesterday's.

    Where the evening before found it too, and it stands, what the next evening finds goes on from there: an outage is not new every day.
    """
    joined, words = dict(problems), dict(told)
    for key, morning in problems.items():
        if key.day == YESTERDAY:
            _join(key, Key(key.fingerprint, TODAY), morning, joined, words)
    return joined, words


def _join(key: Key, evening_key: Key, morning: Problem, joined: dict[Key, Problem], words: dict[Key, Told]) -> None:
    date, evening = morning.newest.target_date, joined.pop(evening_key, None)
    past = [one for one in evening.seen if one.target_date <= date] if evening else []
    later = [one for one in evening.seen if one.target_date > date] if evening else []
    seen = sorted([*past, *morning.seen], key=lambda one: (one.target_date, one.check_timestamp))
    joined[key] = replace(morning, seen=tuple(seen))
    word, mine = words.get(evening_key), words.get(key)
    if word is not None and word.of is not None and word.of <= date:
        del words[evening_key]
        if word.is_open and not (mine is not None and mine.is_open):
            mine = words[key] = replace(word, key=key)
    if evening is not None and later:
        joined[evening_key] = replace(evening, seen=tuple(later))
        goes_on = morning.is_bad and past and past[-1].status in BAD and later[-1].status in BAD
        if goes_on and evening_key not in words and mine is not None and mine.is_open:
            words[evening_key] = replace(mine, key=evening_key)
