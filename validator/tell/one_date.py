"""What was judged of today in the evening, and is judged again of yesterday in the morning, is one problem: that date's."""

from collections.abc import Mapping
from dataclasses import replace

from validator.tell.problem import TODAY, YESTERDAY, Key, Problem
from validator.tell.told import Told


def evening_keys(told: Mapping[Key, Told]) -> set[Key]:
    """As what of yesterday the open problems of an evening may be judged again."""
    return {Key(key.fingerprint, YESTERDAY) for key, word in told.items() if key.day == TODAY and word.is_open}


def of_one_date(
    problems: Mapping[Key, Problem], told: Mapping[Key, Told]
) -> tuple[dict[Key, Problem], dict[Key, Told]]:
    """The problems and the words, the evening's with the morning's of the same date as one: yesterday's."""
    joined, words = dict(problems), dict(told)
    for key, morning in problems.items():
        evening_key = Key(key.fingerprint, TODAY)
        if key.day != YESTERDAY or evening_key not in (problems.keys() | told.keys()):
            continue
        date, evening = morning.newest.target_date, problems.get(evening_key)
        if evening is not None:
            same = [one for one in evening.seen if one.target_date == date]
            seen = sorted([*same, *morning.seen], key=lambda one: (one.target_date, one.check_timestamp))
            joined[key] = replace(morning, seen=tuple(seen))
            rest = tuple(one for one in evening.seen if one.target_date != date)
            joined.pop(evening_key)
            joined |= {evening_key: replace(evening, seen=rest)} if rest else {}
        word, mine = words.get(evening_key), words.get(key)
        if word is not None and word.is_open and word.of == date:
            words.pop(evening_key)
            words[key] = mine if mine is not None and mine.is_open else replace(word, key=key)
    return joined, words
