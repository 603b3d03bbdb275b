"""The run ledgers of `pipeline.yaml`: which column means what."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from validator.ssot.models.kinds import FullTable, Identifier, Name


@dataclass(frozen=True, kw_only=True)
class StatusWords:
    """Which words of a ledger's status column mean what."""

    success: tuple[str, ...] = ("success", "partial")
    failure: tuple[str, ...] = ("failed",)
    no_data: tuple[str, ...] = ("no_data",)


@dataclass(frozen=True, kw_only=True)
class PhantomSpec:
    """How to know a row that a sweeper turned into a failure: this column contains this text."""

    column: Identifier
    contains: str


@dataclass(frozen=True, kw_only=True)
class LedgerSpec:
    """A table in which runs are logged, and what its columns are called. `window` is its partition column; `ended` is NULL while a run lasts."""

    name: Name
    table: FullTable
    subject: Identifier
    run: Identifier
    status: Identifier
    started: Identifier
    ended: Identifier | None = None
    date: Identifier
    window: Identifier
    window_type: Literal["date", "timestamp"] = "date"
    records: Identifier | None = None
    error: Identifier | None = None
    words: StatusWords = StatusWords()
    phantom: PhantomSpec | None = None
    benign: Mapping[Identifier, str] = field(default_factory=dict)
