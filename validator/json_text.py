"""JSON as text that every reader takes and no terminal obeys."""

import json
import re
from typing import Any

_OBEYED = re.compile("[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")
"""What JSON lets stand although it moves a cursor, turns text round or hides: written as an escape, it is the same JSON."""


def json_text(value: Any) -> str:
    """The value, laid out for eyes. What JSON and UTF-8 can't carry (NaN, half a character) is replaced."""
    strict = json.loads(json.dumps(value, default=str), parse_constant=lambda _: None)
    text = json.dumps(strict, indent=2, ensure_ascii=False).encode("utf-8", "replace").decode()
    return _OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
