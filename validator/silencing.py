"""A silence is written into `silences.yaml`, as a line that a person could have typed; what stands there stays as it is."""

import re
from pathlib import Path

import yaml

from validator.errors import ConfigurationError
from validator.ssot.load import load
from validator.ssot.models.checks import SilenceSpec

FILE = "silences.yaml"
_EMPTY = re.compile(r"^silences:[ \t]*(\[[ \t]*\])?[ \t]*$", re.MULTILINE)


def add_silence(directory: str, silence: SilenceSpec) -> Path:
    """Add the silence to the file and return its path. Raises ConfigurationError when the file would not load any more; then it is as it was."""
    path = Path(directory) / FILE
    before = path.read_text(encoding="utf-8") if path.exists() else 'version: "1.0"\n\nsilences: []\n'
    entry = {key: value for key, value in vars(silence).items() if value is not None}
    line = yaml.safe_dump(entry, default_flow_style=True, sort_keys=False, width=10_000, allow_unicode=True).strip()
    heading = _EMPTY.search(before)
    has_entries = re.search(r"^silences:[ \t]*\n(?:[ \t]*(?:#.*)?\n)*( *)- ", before, re.MULTILINE)
    if has_entries:
        after = f"{before.rstrip()}\n{has_entries[1]}- {line}\n"
    elif heading:
        after = f"{before[: heading.start()]}silences:\n  - {line}{before[heading.end() :]}"
    else:
        raise ConfigurationError([f"{path}: no list `silences:` with an entry a line; add {line}"])
    path.write_text(after, encoding="utf-8")
    try:
        loaded = load(Path(directory))
    except ConfigurationError:
        path.write_text(before, encoding="utf-8")
        raise
    if silence not in loaded.silences:
        path.write_text(before, encoding="utf-8")
        raise ConfigurationError([f"{path}: the silence could not be added behind what stands there; add {line}"])
    return path
