"""Running commands: each to its end, its answer kept, and what it asks of others asked first."""

import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from validator.deploy.words import Asked, Command, Word
from validator.errors import ConfigurationError

PATIENCE = 1800
"""Seconds; a function takes some minutes to build."""
NO_PROMPTS = {"CLOUDSDK_CORE_DISABLE_PROMPTS": "1"}
_ABSENT = re.compile(r"NOT_FOUND|\bnot found\b|does not exist|could not be found|cannot find", re.IGNORECASE)
_ERROR = re.compile(r"\bERROR:|\bBigQuery error\b|\bError in\b")
_UNTOLD = re.compile(
    r"PERMISSION_DENIED|permission|access denied|forbidden|service account .{0,200} does not exist", re.IGNORECASE
)
"""Whoever may not look is often told that it may not exist; and a new service account is not known everywhere at once."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """How a command ended, and what it said."""

    command: tuple[str, ...]
    code: int
    out: str = ""
    err: str = ""

    @property
    def absent(self) -> bool:
        """Whether it failed because what it is about is not there."""
        said = " ".join(self.words.split())
        return self.code != 0 and bool(_ABSENT.search(said)) and not _UNTOLD.search(said)

    @property
    def words(self) -> str:
        """What it said of its failure: gcloud on standard error, bq on standard output, beside warnings of both."""
        said = "\n".join(filter(None, (self.err.strip(), self.out.strip())))
        return said or f"nothing; it ended with code {self.code}"

    @property
    def reason(self) -> str:
        """The same on one line, from where the error begins: bq breaks its lines, and warnings come first."""
        said = " ".join(self.words.split())
        found = _ERROR.search(said)
        return said[found.start() :] if found else said


class Failed(Exception):
    """A command that had to succeed did not."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        super().__init__(answer.words)


@dataclass(frozen=True, kw_only=True)
class Shell:
    """Runs commands in the project's folder. What was asked once is not asked again within one go."""

    folder: Path
    python: str = sys.executable
    _asked: dict[tuple[str, ...], Answer] = field(default_factory=dict)

    def run(self, command: Command, environment: Mapping[str, str] | None = None) -> Answer:
        """Run a command. Raises Failed when something it asks for can't be had, ConfigurationError when there is no such program."""
        words = tuple(str(self.resolve(one)) for one in command)
        return self.start(words, {**NO_PROMPTS, **(environment or {})})

    def start(self, words: tuple[str, ...], environment: Mapping[str, str]) -> Answer:
        """Run these words to their end. Raises ConfigurationError."""
        given = [f"{name}={value}" for name, value in environment.items()]
        program = self.python if words[0] == "python" else words[0]
        try:
            done = subprocess.run(
                ["env", *given, program, *words[1:]],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                timeout=PATIENCE,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Answer(command=words, code=124, err=f"it did not end within {PATIENCE // 60} minutes")
        if done.returncode == 127:
            raise ConfigurationError([f"{words[0]} is not installed here (https://cloud.google.com/sdk/docs/install)"])
        return Answer(command=words, code=done.returncode, out=done.stdout, err=done.stderr)

    def must(self, command: Command, environment: Mapping[str, str] | None = None) -> Answer:
        """Run a command that has to succeed. Raises Failed."""
        answer = self.run(command, environment)
        if answer.code:
            raise Failed(answer)
        return answer

    def look(self, command: Command, *, again: bool = False) -> Answer:
        """Run a command that only looks; the same one is run once, or again where something was changed since."""
        words = tuple(str(self.resolve(one)) for one in command)
        if again or words not in self._asked:
            answer = self.run(words)
            if answer.code:
                return answer
            self._asked[words] = answer
        return self._asked[words]

    def resolve(self, value: Any) -> Any:
        """A word, or JSON with words in it, with everything asked for filled in. Raises Failed."""
        if isinstance(value, Mapping):
            return {key: self.resolve(one) for key, one in value.items()}
        if isinstance(value, list):
            return [self.resolve(one) for one in value]
        return self._word(value) if isinstance(value, tuple) else value

    def _word(self, parts: Word) -> str:
        return "".join(self._ask(part) if isinstance(part, Asked) else part for part in parts)

    def _ask(self, asked: Asked) -> str:
        """One line. Two, or none, are no answer: what is asked for names one thing."""
        answer = self.look(asked.command)
        lines: Sequence[str] = answer.out.split("\n") if answer.code == 0 else ()
        text = [line.strip() for line in lines if line.strip()]
        if len(text) != 1:
            found = f"{len(text)} lines instead of one" if answer.code == 0 else answer.words
            raise Failed(Answer(command=answer.command, code=answer.code or 1, err=found))
        return text[0]
