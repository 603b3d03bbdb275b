"""Generated files in a checkout: whether anyone has changed one since it was generated."""

from collections.abc import Callable, Mapping

from validator.audit.findings import Finding, Kind
from validator.config.generation import HEAD_BYTES, File, State
from validator.config.head import HEAD_MARK, Head, is_of, read_head
from validator.status import Severity


def head_of(raw: bytes, pipeline: str) -> Head | None:
    """The head of a file that was generated for this pipeline; None for every other file."""
    if HEAD_MARK not in raw[:HEAD_BYTES]:
        return None
    head = read_head(_text(raw))
    return head if head and is_of(head, pipeline) else None


def edited(file: str, raw: bytes, wanted: Callable[[], Mapping[str, str]]) -> Finding:
    """The finding of a generated file that was edited; its diff leads back to what is generated now."""
    found, right = _text(raw), wanted().get(file)
    diff = "" if right is None else File(path=file, state=State.EDITED, found=found, wanted=right).diff()
    return Finding(
        file=file,
        line=_first_change(found, right),
        column=1,
        severity=Severity.P2_HIGH,
        kind=Kind.EDITED_GENERATED,
        message="was edited by hand, but is generated: the next generate loses the change",
        diff=diff,
    )


def _first_change(found: str, right: str | None) -> int:
    """The line on which it first differs from what is generated; the head's, where nothing else is known."""
    lines, wanted = found.splitlines(), (right or "").splitlines()
    head = next((at for at, line in enumerate(lines) if HEAD_MARK.decode() in line), 0)
    if right is None:
        return head + 1
    differing = (at for at, line in enumerate(lines) if at != head and (at >= len(wanted) or line != wanted[at]))
    return next(differing, head) + 1


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "backslashreplace")
