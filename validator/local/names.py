"""Names inside the world's file: quoting, and which are taken."""

from collections.abc import Iterable

from validator.errors import ConfigurationError
from validator.local.stand_ins import SCHEMAS

OWN_SCHEMA = "validator_local"
"""What the local backend keeps for itself: claims, scripts that ran, who made the file."""

_RESERVED = frozenset({*SCHEMAS, OWN_SCHEMA, "main", "information_schema", "pg_catalog", "temp", "system"})
_CATALOGS = frozenset({"memory", "system", "temp"})


def quoted(*parts: str) -> str:
    """An SQL identifier of these parts."""
    return ".".join('"' + part.replace('"', '""') + '"' for part in parts)


def text_literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def refuse_reserved(datasets: Iterable[str]) -> None:
    """Raise ConfigurationError naming every dataset whose name the file needs itself."""
    taken = sorted({name for name in datasets if name.lower() in _RESERVED})
    if taken:
        raise ConfigurationError(
            [f"the local world needs the name {name!r} itself: name the dataset otherwise" for name in taken]
        )


def refuse_project(project: str) -> None:
    """Raise ConfigurationError where DuckDB can't attach a file under the project's name."""
    if project.lower() in _CATALOGS:
        raise ConfigurationError([f"the local world needs the name {project!r} itself: name the project otherwise"])
