"""Command lines as data. A word may hold what is only known once the command runs: what another command answers."""

import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from validator.errors import ConfigurationError

WIDE = 110
DELIMITERS = (",", "|", ";", "#", "~", "::::", "%%%%", "++++")
"""What may stand between the pairs of a flag, where no value has its first character."""


@dataclass(frozen=True)
class Asked:
    """What a command prints, without the line break at its end."""

    command: tuple[str, ...]


Word = str | tuple[str | Asked, ...]
Command = tuple[Word, ...]


def word(*parts: str | Asked) -> Word:
    """One word of several parts, some of them asked."""
    return "".join(map(str, parts)) if all(isinstance(part, str) for part in parts) else parts


def listed(flag: str, values: Iterable[Asked]) -> Word:
    """`--flag=a,b` of values that are asked."""
    parts = [part for value in values for part in (",", value)]
    return word(f"{flag}=", *parts[1:])


def pairs(values: Mapping[str, str]) -> str:
    """`A=1,B=2` as gcloud's flags take it; where a value holds a comma, with another delimiter that is named in front (gcloud topic escaping)."""
    free = (one for one in DELIMITERS if not any(one[0] in value for value in values.values()))
    between = next(free, None)
    if between is None:
        raise ConfigurationError([f"gcloud has no way to take these values together: {', '.join(values)}"])
    joined = between.join(f"{name}={value}" for name, value in values.items())
    return joined if between == "," else f"^{between}^{joined}"


def asked_in(*commands: Command) -> tuple[Asked, ...]:
    """What these commands ask, each once, in order."""
    words = (one for command in commands for one in command if not isinstance(one, str))
    return tuple(dict.fromkeys(part for one in words for part in one if isinstance(part, Asked)))


def quoted(one: Word, given: Mapping[Asked, str] | None = None) -> str:
    """The word for a shell: nothing in it is obeyed but what is asked, unless a variable is given that holds the answer."""
    if isinstance(one, str):
        return shlex.quote(one)
    return "".join(_asked(part, given or {}) if isinstance(part, Asked) else _bare(part) for part in one)


def _asked(part: Asked, given: Mapping[Asked, str]) -> str:
    return f'"${given[part]}"' if part in given else f'"$({shlex.join(part.command)})"'


def _bare(text: str) -> str:
    return shlex.quote(text) if text else ""


def one_line(
    command: Command, environment: Mapping[str, str] | None = None, given: Mapping[Asked, str] | None = None
) -> str:
    """The command for a shell, on one line."""
    variables = (f"{name}={shlex.quote(value)}" for name, value in (environment or {}).items())
    return " ".join([*variables, *(quoted(one, given) for one in command)])


def in_shell(
    command: Command,
    environment: Mapping[str, str] | None = None,
    indent: str = "",
    given: Mapping[Asked, str] | None = None,
) -> str:
    """The command for a shell, a flag a line where it is long."""
    line = indent + one_line(command, environment, given)
    if len(line) <= WIDE and "\n" not in line:
        return line
    words = [quoted(one, given) for one in command]
    first = next((index for index, one in enumerate(words) if one.lstrip("'").startswith("-")), len(words))
    start = one_line(command[:first], environment, given)
    return f" \\\n{indent}  ".join([indent + start, *words[first:]])
