"""Labels as Google Cloud accepts them."""

import re
from collections.abc import Mapping

LONGEST = 63
MOST = 64


def as_labels(labels: Mapping[str, str]) -> dict[str, str]:
    """The labels with every key and value made of lower-case letters, digits, `-` and `_`, at most 63 characters.

    A key starts with a letter; an empty key is left out; of more than 64 labels the first 64 stay.
    """
    shaped = {_key(key): _plain(value) for key, value in labels.items() if key}
    return dict(list(shaped.items())[:MOST])


def _key(text: str) -> str:
    plain = _plain(text)
    return plain if plain[:1].isalpha() else f"l{plain}"[:LONGEST]


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9_-]", "_", text.lower())[:LONGEST]
