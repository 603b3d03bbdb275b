"""The errors that travel: each carries a sentence that may be shown to a reader."""

from collections.abc import Sequence


class ValidatorError(Exception):
    """Base of everything raised on purpose; `str(error)` is safe to show."""


class ConfigurationError(ValidatorError):
    """`schemas/` or the environment is wrong. Holds every problem found, not the first one."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        super().__init__(f"{count} problem{'s' if count != 1 else ''}:\n" + "\n".join(f"  {p}" for p in self.problems))


class ServiceError(ValidatorError):
    """An outside service could not be asked, or its answer could not be understood.

    `service` is its name as a reader knows it (BigQuery, Firestore, Pub/Sub …), `reason` a short phrase
    without secrets, `transient` whether the same call may succeed later.
    """

    def __init__(self, service: str, reason: str, *, transient: bool = False) -> None:
        self.service = service
        self.reason = reason
        self.transient = transient
        super().__init__(f"{service} could not be asked: {reason}")


class NotFound(ValidatorError):
    """Something was asked for by a name nobody declared. `known` are the names that exist."""

    def __init__(self, what: str, name: str, known: Sequence[str]) -> None:
        self.what = what
        self.name = name
        self.known = tuple(known)
        super().__init__(f"unknown {what} {name!r}; known: {', '.join(known) or 'none'}")


class BadRequest(ValidatorError):
    """A request that can't be understood; nothing was run."""
