"""Generated files and where they go: what is there already, what differs, and writing it, each file whole or not at all."""

import difflib
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
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
    root: Path,
    pipeline: str,
    texts: Mapping[str, str],
    foreign: Sequence[str] = (),
    *,
    adopt: bool = False,
    below: Sequence[str] = (".",),
) -> list[File]:
    """Every declared file, and managed ones that are no longer declared, by path.

    With `adopt`, a foreign file of a kind that can be generated is stale instead. Files that are no longer declared are looked
    for in the folders `below` the root. Raises ConfigurationError for a root or a path that can't be used.
    """
    if not root.is_dir():
        raise ConfigurationError([f"{root}: no such directory"])
    files = {path: _declared(root, path, pipeline, text, adopt=adopt) for path, text in texts.items()}
    files |= {path: File(path=path, state=State.FOREIGN) for path in foreign if (root / path).is_file()}
    known = {_where(root, path) for path in files}
    for path, text in _managed(root, below, pipeline):
        if _where(root, path) not in known:
            head = read_head(text)
            state = State.UNDECLARED if head and head.intact else State.EDITED_UNDECLARED
            files[path] = File(path=path, state=state, found=text)
    return [files[path] for path in sorted(files)]


def write(root: Path, files: Iterable[File]) -> list[File]:
    """Make the files what they should be; those that were changed.

    Left alone is what is foreign, and what is no longer declared but was edited by hand. All texts are on the disk before the
    first of them takes its place, so a disk that is full, or a folder that may not be written, changes nothing. Raises
    ConfigurationError.
    """
    wanted = [file for file in files if file.wanted is not None and file.state.is_drift]
    undeclared = [file for file in files if file.state is State.UNDECLARED]
    drafts: dict[str, Path] = {}
    try:
        for file in wanted:
            with _naming(file.path, "written"):
                drafts[file.path] = _draft(_where(root, file.path), str(file.wanted))
        for path, draft in drafts.items():
            with _naming(path, "written"):
                draft.replace(_where(root, path))
        for file in undeclared:
            with _naming(file.path, "removed"):
                (root / file.path).unlink()
    finally:
        for draft in drafts.values():
            draft.unlink(missing_ok=True)
    return [*wanted, *undeclared]


def _declared(root: Path, path: str, pipeline: str, wanted: str, *, adopt: bool) -> File:
    place = _where(root, path)
    with _naming(path, "read"):
        if not place.exists():
            return File(path=path, state=State.MISSING, wanted=wanted)
        if not place.is_file():
            raise ConfigurationError([f"{path}: is no file"])
        found = _read(place)
    if found == wanted:
        return File(path=path, state=State.CURRENT, found=found, wanted=wanted)
    head = read_head(found)
    if head is None or not is_of(head, pipeline):
        return File(path=path, state=State.STALE if adopt else State.FOREIGN, found=found, wanted=wanted)
    return File(path=path, state=State.STALE if head.intact else State.EDITED, found=found, wanted=wanted)


def _where(root: Path, path: str) -> Path:
    """The file itself, links followed. Raises ConfigurationError when it lies outside of the root."""
    with _naming(path, "found"):
        place = (root / path).resolve()
        if not place.is_relative_to(root.resolve()):
            raise ConfigurationError([f"{path}: leads out of {root}"])
    return place


def _managed(root: Path, below: Iterable[str], pipeline: str) -> Iterator[tuple[str, str]]:
    """The managed files of this pipeline in these folders. Hidden folders and other checkouts are not looked into."""
    for folder, folders, names in (step for start in below for step in os.walk(root / start)):
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
    with place.open(encoding="utf-8", errors="backslashreplace", newline="") as file:
        return file.read()


def _draft(place: Path, text: str) -> Path:
    """The text in a file beside the place, to be moved there: a reader sees the old file or the new one."""
    place.parent.mkdir(parents=True, exist_ok=True)
    mode = place.stat().st_mode & 0o777 if place.exists() else NEW_FILE_MODE
    handle, name = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}.")
    draft = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.chmod(mode)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    return draft


@contextmanager
def _naming(path: str, done: str) -> Iterator[None]:
    """What the file system refuses becomes a ConfigurationError that names the file."""
    try:
        yield
    except RuntimeError as error:  # pathlib's word for links that lead in a circle
        raise ConfigurationError([f"{path}: its links lead in a circle"]) from error
    except OSError as error:
        raise ConfigurationError([f"{path}: cannot be {done}: {error.strerror}"]) from error


def _ended(line: str) -> str:
    return line if line.endswith("\n") else line + "\n\\ No newline at end of file\n"
