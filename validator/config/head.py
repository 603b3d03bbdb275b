"""The head that makes a file managed: it names the pipeline it was generated from, and the hash of what was generated.

The head is one sentence, in whatever comment or text value the file's format has room for, near the top. The hash is over the
whole file with the hash itself as zeros, so a change by hand shows in any format.
"""

import hashlib
import re
from dataclasses import dataclass

COMMAND = "python -m validator config generate"
_UNSEALED = "0" * 16
NEAR_TOP = 4000
"""Characters from a file's start within which the head stands."""
HEAD_MARK = b"generated from schemas/ of "
_HEAD = re.compile(
    rf"generated from schemas/ of (.{{1,200}}?) by `{re.escape(COMMAND)}`, do not edit; sha256:([0-9a-f]{{16}})"
)


@dataclass(frozen=True, kw_only=True)
class Head:
    """What a managed file says of itself, and whether it is as it was generated."""

    pipeline: str
    intact: bool


def head_of(pipeline: str) -> str:
    """The head for a file of this pipeline, not yet sealed."""
    return f"generated from schemas/ of {_plain(pipeline)} by `{COMMAND}`, do not edit; sha256:{_UNSEALED}"


def seal(text: str) -> str:
    """The text with its head's hash filled in. Raises ValueError when there is no head near its top."""
    found = _found(text)
    if not found:
        raise ValueError("a generated text without its head")
    return text[: found.start(2)] + _digest(text, found) + text[found.end(2) :]


def read_head(text: str) -> Head | None:
    """The head of a file; None for one that is not managed."""
    found = _found(text)
    return Head(pipeline=found[1], intact=found[2] == _digest(text, found)) if found else None


def is_of(head: Head, pipeline: str) -> bool:
    """Whether the file was generated from this pipeline's source of truth, not another's in the same checkout."""
    return head.pipeline == _plain(pipeline)


def _found(text: str) -> re.Match[str] | None:
    return _HEAD.search(text, 0, NEAR_TOP)


def _digest(text: str, found: re.Match[str]) -> str:
    unsealed = text[: found.start(2)] + _UNSEALED + text[found.end(2) :]
    return hashlib.sha256(unsealed.encode()).hexdigest()[:16]


def _plain(pipeline: str) -> str:
    """The name with what no comment and no JSON text would have to escape."""
    return re.sub(r"[^A-Za-z0-9_. -]+", "-", pipeline)[:200].strip() or "a pipeline"
