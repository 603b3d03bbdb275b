"""Generated files and where they go: what is there already, what differs, and writing it, each file whole or not at all."""

import difflib
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from validator.config.head import HEAD_MARK, NEAR_TOP, is_of, read_head
from validator.errors import ConfigurationError

HEAD_BYTES = 4 * NEAR_TOP
NEW_FILE_MODE = 0o644
SUFFIXES = frozenset({".json", ".md", ".py", ".sql"})


class State(Enum):
    """How a file stands to what would be generated."""

    CURRENT = "current"
    MISSING = "missing"
    STALE = "stale"
    EDITED = "edited by hand"
    UNDECLARED = "no longer declared"
    EDITED_UNDECLARED = "no longer declared, and edited by hand"
    FOREIGN = "foreign"

    @property
    def is_drift(self) -> bool:
        """Whether it is a managed file that is not as it should be."""
        return self not in (State.CURRENT, State.FOREIGN)


@dataclass(frozen=True, kw_only=True)
class File:
    """A file below the root: its state, the text that is there and the text that should be (None: no file)."""

    path: str
    state: State
    found: str | None = None
    wanted: str | None = None

    def diff(self) -> str:
        """From what is there to what should be, as a unified diff."""
        found, wanted = ((text or "").splitlines(keepends=True) for text in (self.found, self.wanted))
        old, new = ("/dev/null" if text is None else self.path for text in (self.found, self.wanted))
        return "".join(_ended(line) for line in difflib.unified_diff(found, wanted, old, new))


def survey(
    root: Path, pipeline: str, texts: Mapping[str, str], foreign: Sequence[str] = (), *, adopt: bool = False
) -> list[File]:
    """Every declared file, and managed ones that are no longer declared, by path.

    With `adopt`, a foreign file of a kind that can be generated is stale instead. Raises ConfigurationError for a root or a
    path that can't be used.
    """
    if not root.is_dir():
        raise ConfigurationError([f"{root}: no such directory"])
    files = {path: _declared(root, path, pipeline, text, adopt=adopt) for path, text in texts.items()}
    files |= {path: File(path=path, state=State.FOREIGN) for path in foreign if (root / path).is_file()}
    for path, text in _managed(root, pipeline):
        if path not in files and _where(root, path) not in {_where(root, known) for known in files}:
            intact = read_head(text)
            state = State.UNDECLARED if intact and intact.intact else State.EDITED_UNDECLARED
            files[path] = File(path=path, state=state, found=text)
    return [files[path] for path in sorted(files)]


def write(root: Path, file: File) -> bool:
    """Make the file what it should be. False for one that is left alone: foreign, or no longer declared but edited by hand.

    Raises ConfigurationError when it can't be written.
    """
    place = _where(root, file.path)
    try:
        if file.state is State.UNDECLARED:
            (root / file.path).unlink()
        elif file.wanted is not None and file.state.is_drift:
            _replace(place, file.wanted)
        else:
            return False
    except OSError as error:
        raise ConfigurationError([f"{file.path}: cannot be written: {error.strerror}"]) from error
    return True


def _declared(root: Path, path: str, pipeline: str, wanted: str, *, adopt: bool) -> File:
    place = _where(root, path)
    if place.is_dir():
        raise ConfigurationError([f"{path}: is a directory"])
    if not place.exists():
        return File(path=path, state=State.MISSING, wanted=wanted)
    found = _read(place)
    if found == wanted:
        return File(path=path, state=State.CURRENT, found=found, wanted=wanted)
    head = read_head(found)
    if head is None or not is_of(head, pipeline):
        return File(path=path, state=State.STALE if adopt else State.FOREIGN, found=found, wanted=wanted)
    return File(path=path, state=State.STALE if head.intact else State.EDITED, found=found, wanted=wanted)


def _where(root: Path, path: str) -> Path:
    """The file itself, links followed. Raises ConfigurationError when it lies outside of the root."""
    place = (root / path).resolve()
    if not place.is_relative_to(root.resolve()):
        raise ConfigurationError([f"{path}: leads out of {root}"])
    return place


def _managed(root: Path, pipeline: str) -> Iterator[tuple[str, str]]:
    """The managed files of this pipeline below the root. Hidden folders and other checkouts are not looked into."""
    for folder, folders, names in os.walk(root):
        inner = Path(folder)
        folders[:] = sorted(
            name for name in folders if not name.startswith((".", "__")) and not (inner / name / ".git").exists()
        )
        for name in sorted(names):
            place = inner / name
            if place.suffix in SUFFIXES and place.is_file() and not place.is_symlink() and _has_head(place):
                text = _read(place)
                head = read_head(text)
                if head and is_of(head, pipeline):
                    yield place.relative_to(root).as_posix(), text


def _has_head(place: Path) -> bool:
    """Whether it may be managed, from its first bytes: a checkout has many files that are not."""
    try:
        with place.open("rb") as file:
            return HEAD_MARK in file.read(HEAD_BYTES)
    except OSError:
        return False


def _read(place: Path) -> str:
    """The file's text; what is not UTF-8 is shown as such, and never the same as what is generated."""
    try:
        with place.open(encoding="utf-8", errors="backslashreplace", newline="") as file:
            return file.read()
    except OSError as error:
        raise ConfigurationError([f"{place}: cannot be read: {error.strerror}"]) from error


def _replace(place: Path, text: str) -> None:
    """Write beside the place and move there: a reader sees the old file or the new one."""
    place.parent.mkdir(parents=True, exist_ok=True)
    mode = place.stat().st_mode & 0o777 if place.exists() else NEW_FILE_MODE
    handle, draft = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).chmod(mode)
        Path(draft).replace(place)
    finally:
        Path(draft).unlink(missing_ok=True)


def _ended(line: str) -> str:
    return line if line.endswith("\n") else line + "\n\\ No newline at end of file\n"
