"""The Python 3.13 environment in which local-bigquery runs: built once, kept in the cache of parts."""

import hashlib
import platform
import shutil
import subprocess
from pathlib import Path

from .finding import MissingError, cache_folder, python313
from .locks import locked

DUCKDB = "1.5.5"
EXTENSIONS = ("icu", "ducklake", "spatial")
REQUIREMENTS = (
    "local-bigquery==0.3.2",
    f"duckdb=={DUCKDB}",
    "sqlglot==30.30.0",
    *(f"duckdb-extension-{name}=={DUCKDB}" for name in EXTENSIONS),
)
PLATFORMS = {"x86_64": "linux_amd64", "aarch64": "linux_arm64"}


def environment_folder() -> Path:
    """Where the environment for exactly these requirements is kept."""
    digest = hashlib.sha256("\n".join(REQUIREMENTS).encode()).hexdigest()[:8]
    return cache_folder() / f"local-bigquery-{digest}"


def environment() -> Path:
    """The environment's folder, building it first if need be; `MissingError` when it cannot be built.

    An environment that was left half-built has no ``complete`` file and is built anew.
    """
    folder = environment_folder()
    with locked(folder.with_suffix(".lock")):
        if not (folder / "complete").exists() or not _works(folder):
            shutil.rmtree(folder, ignore_errors=True)
            _build(folder)
            (folder / "complete").touch()
    return folder


def home(folder: Path) -> Path:
    """The home folder to run with: DuckDB finds its extensions there, without a network."""
    return folder / "home"


def _works(folder: Path) -> bool:
    """Whether the interpreter the environment was made from is still on the machine."""
    try:
        return subprocess.run([folder / "bin/python", "-c", ""], check=False).returncode == 0
    except OSError:
        return False


def _build(folder: Path) -> None:
    _run(str(python313()), "-m", "venv", str(folder))
    _run(str(folder / "bin/python"), "-m", "pip", "install", "--quiet", *REQUIREMENTS)
    target = home(folder) / ".duckdb/extensions" / f"v{DUCKDB}" / PLATFORMS[platform.machine()]
    target.mkdir(parents=True)
    for name in EXTENSIONS:
        file = f"duckdb_extension_{name}/extensions/v{DUCKDB}/{name}.duckdb_extension"
        shutil.copy(folder / "lib/python3.13/site-packages" / file, target)


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    if done.returncode != 0:
        raise MissingError(f"local-bigquery's environment: {' '.join(command[:4])} …: {done.stderr.strip()[-500:]}")
