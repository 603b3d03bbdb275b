"""The files of a checkout that are looked at."""

import errno
import os
import stat
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from validator.config.generation import HEAD_BYTES
from validator.errors import ConfigurationError

AUDITED = frozenset({".py", ".sql", ".yaml", ".yml"})
GENERATED_ONLY = frozenset({".json", ".md"})
"""Files of these kinds are looked at only for whether they were generated, and edited since."""
LARGEST_BYTES = 5_000_000
LONGEST_SECONDS = 60

_SKIPPED = frozenset(
    {".git", ".hg", ".svn", ".venv", "venv", "node_modules", "__pycache__", "site-packages", ".tox", ".nox", ".eggs"}
    | {".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".terraform"}
)
_ENVIRONMENT = "pyvenv.cfg"
_OF_TESTS = frozenset({"test", "tests", "testing", "fixtures", "testdata"})


def files_of(root: Path, leave_out: Path) -> list[str]:
    """Every file to look at, as a path below `root`, in order.

    Nothing below `leave_out`, in folders of tools, or that git ignores where `root` is the top of a checkout. Links are not
    followed: what they lead to is looked at where it lies. Raises ConfigurationError for a folder that cannot be listed.
    """
    listed = _by_git(root) if (root / ".git").exists() else None
    kinds = AUDITED | GENERATED_ONLY
    found = {path for path in (_walked(root) if listed is None else listed) if _kind(path) in kinds}
    out = f"{leave_out.relative_to(root).as_posix()}/" if leave_out.is_relative_to(root) and leave_out != root else None
    return sorted(path for path in found if not (out and path.startswith(out)))


def is_audited(path: str) -> bool:
    """Whether the content of a file of this name is judged."""
    return _kind(path) in AUDITED


def is_of_tests(path: str) -> bool:
    """Whether a file belongs to tests, which may name anything."""
    *folders, name = path.split("/")
    stem = name.rpartition(".")[0]
    return not _OF_TESTS.isdisjoint(folders) or stem == "conftest" or stem.startswith("test_") or stem.endswith("_test")


def read_file(place: Path, mark: bytes = b"") -> bytes | None:
    """A regular file's bytes; None for a link, a pipe, what is gone by now, or what does not have `mark` near its top.

    Raises OSError, also for one that is larger than any that people write.
    """
    try:
        handle = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError:
        if stat.S_ISREG(place.lstat().st_mode):
            raise
        return None
    with os.fdopen(handle, "rb") as file:
        about = os.fstat(handle)
        if not stat.S_ISREG(about.st_mode):
            return None
        start = file.read(HEAD_BYTES)
        if mark not in start:
            return None
        if about.st_size > LARGEST_BYTES:
            raise OSError(errno.EFBIG, f"it is larger than {LARGEST_BYTES:,} bytes")
        return start + file.read()


def _kind(path: str) -> str:
    return PurePosixPath(path).suffix.lower()


def _by_git(root: Path) -> Iterable[str] | None:
    """What git tracks, and what it neither tracks nor ignores; None where git can't be asked."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    command = ["git", "-C", str(root), "--no-pager", "-c", "core.fsmonitor=false", "ls-files", "-z"]
    try:
        done = subprocess.run(
            [*command, "--cached", "--others", "--exclude-standard"],
            capture_output=True,
            env={**environment, "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"},
            timeout=LONGEST_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    if done.returncode:
        return None
    paths = [os.fsdecode(path) for path in done.stdout.split(b"\0") if path]
    environments = tuple(path.removesuffix(_ENVIRONMENT) for path in paths if path.endswith(f"/{_ENVIRONMENT}"))
    return [path for path in paths if _SKIPPED.isdisjoint(path.split("/")) and not path.startswith(environments)]


def _walked(root: Path) -> Iterator[str]:
    """Every file below the root, other checkouts excepted."""
    for folder, folders, names in os.walk(root, onerror=_refuse):
        inner = Path(folder)
        if _ENVIRONMENT in names:
            folders.clear()
            continue
        folders[:] = [name for name in folders if name not in _SKIPPED and not (inner / name / ".git").exists()]
        below = inner.relative_to(root)
        yield from ((below / name).as_posix() for name in names)


def _refuse(error: OSError) -> None:
    """A folder that cannot be listed may hold anything: there is no saying that nothing is wrong."""
    raise ConfigurationError([f"{error.filename}: cannot be listed: {error.strerror}"]) from error
