"""Where the parts are on this machine."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

SDK_FOLDERS = (
    "/usr/lib/google-cloud-sdk",
    "/usr/share/google-cloud-sdk",
    "/usr/local/google-cloud-sdk",
    "/opt/google-cloud-sdk",
    "~/google-cloud-sdk",
    "/opt/hostedtoolcache/gcloud",
    "/snap/google-cloud-cli/current",
)
FIRESTORE_JAR = "platform/cloud-firestore-emulator/cloud-firestore-emulator.jar"
PUBSUB_JAR = "platform/pubsub-emulator/lib/cloud-pubsub-emulator-*-all.jar"


class MissingError(Exception):
    """A part is not on this machine; the message says what was looked for and where."""


def cache_folder() -> Path:
    """Where parts that are built once are kept between sessions."""
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "validation-runner-parts"


def program(*names: str, variable: str) -> Path:
    """The program that `variable` names, else the first of `names` on the path."""
    chosen = os.environ.get(variable)
    for name in (chosen,) if chosen else names:
        if found := shutil.which(Path(name).expanduser()):
            return Path(found)
    raise MissingError(
        f"{variable} names no program: {chosen}" if chosen else f"none of {', '.join(names)} is on the path"
    )


def java() -> Path:
    """A Java runtime."""
    home = os.environ.get("JAVA_HOME")
    return program(*([f"{home}/bin/java"] if home else []), "java", variable="JAVA")


def chromium() -> Path:
    """A browser of the Chromium family."""
    return program("chromium", "chromium-browser", "google-chrome", variable="CHROMIUM")


def fonts() -> Path:
    """A font as wide as Arial, which mails ask for; without one a browser takes a wider one, and lines break elsewhere."""
    matched = subprocess.run(
        [program("fc-match", variable="FC_MATCH"), "-f", "%{family}:%{file}", "Arial"],
        capture_output=True,
        text=True,
        check=False,
    )
    family, _, file = matched.stdout.partition(":")
    if not any(name in family for name in ("Arial", "Liberation Sans", "Helvetica", "Arimo", "Nimbus Sans")):
        raise MissingError(f"no font like Arial: fc-match answers {family or 'nothing'}")
    return Path(file)


def gcloud() -> Path:
    """Google's command line."""
    return program("gcloud", variable="GCLOUD")


def firestore_jar() -> Path:
    """Google's Firestore emulator; needs Java too."""
    java()
    return _sdk_file(FIRESTORE_JAR)


def pubsub_jar() -> Path:
    """Google's Pub/Sub emulator; needs Java too."""
    java()
    return _sdk_file(PUBSUB_JAR)


def python313() -> Path:
    """A CPython 3.13 that works: from PYTHON313, the path, pyenv, uv, or the cache of parts."""
    for candidate in _pythons():
        if _is_313(candidate):
            return candidate
    raise MissingError("no Python 3.13 in PYTHON313, on the path, in pyenv, in uv's folder or in the cache of parts")


def _sdk_file(pattern: str) -> Path:
    for root in _sdk_roots():
        for found in sorted(root.glob(pattern)):
            return found
    raise MissingError(f"no {pattern} under GCLOUD_SDK_ROOT or any usual folder of the Google Cloud SDK")


def _sdk_roots() -> Iterator[Path]:
    if chosen := os.environ.get("GCLOUD_SDK_ROOT"):
        yield Path(chosen).expanduser()
        return
    yield from (Path(folder).expanduser() for folder in SDK_FOLDERS)
    if found := shutil.which("gcloud"):
        yield Path(found).resolve().parent.parent
        yield Path(_output(found, "info", "--format=value(installation.sdk_root)") or "/nowhere")


def _pythons() -> Iterator[Path]:
    if chosen := os.environ.get("PYTHON313"):
        yield Path(chosen).expanduser()
        return
    yield cache_folder() / "python3.13/bin/python3.13"
    pyenv = Path(os.environ.get("PYENV_ROOT") or "~/.pyenv").expanduser()
    yield from sorted(pyenv.glob("versions/3.13*/bin/python3.13"))
    if found := shutil.which("python3.13"):
        yield Path(found)
    yield from sorted(Path("~/.local/share/uv/python").expanduser().glob("cpython-3.13*/bin/python3.13"))
    yield from sorted(Path("/opt/hostedtoolcache/Python").glob("3.13*/x64/bin/python3.13"))


def _is_313(candidate: Path) -> bool:
    return (
        candidate.exists()
        and _output(str(candidate), "-c", "import sys, ssl, venv; print(sys.version_info[:2])") == "(3, 13)"
    )


def _output(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


FINDERS: Mapping[str, Callable[[], Path]] = {
    "java": java,
    "firestore": firestore_jar,
    "pubsub": pubsub_jar,
    "bigquery": python313,
    "chromium": chromium,
    "fonts": fonts,
    "gcloud": gcloud,
}
