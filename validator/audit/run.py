"""One audit: every file of a checkout, held against the source of truth."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from validator.audit.files import files_of, is_audited, is_of_tests, read_file
from validator.audit.findings import Finding, Flaw, Kind, in_order
from validator.audit.generated import edited, head_of
from validator.audit.known import known_of
from validator.audit.names import names_of
from validator.audit.reading import FileFlaws, flaws_of, unreadable
from validator.audit.source import Source
from validator.config.head import HEAD_MARK
from validator.errors import ConfigurationError
from validator.ssot.source import Ssot

Progress = Callable[[int, int], None]
Texts = Callable[[], Mapping[str, str]]


@dataclass(frozen=True, kw_only=True)
class Report:
    """What an audit found. `flawed` are the files with something wrong in them, as they were read."""

    root: Path
    findings: tuple[Finding, ...]
    files: int
    tests: int = 0
    flawed: tuple[FileFlaws, ...] = ()


class Audit:
    """Looks at files of one checkout with one source of truth.

    `texts` gives what each generated file should hold; it is asked only when one was edited.
    """

    def __init__(self, root: Path, ssot: Ssot, texts: Texts) -> None:
        self.root = root.resolve()
        self.ssot = ssot
        self.texts = texts
        self.names = names_of(ssot)
        self.known = known_of(self.names)
        self.lists = frozenset(one.path for one in ssot.pipeline.generated if one.kind == "processor_list")

    def run(self, progress: Progress = lambda _done, _total: None) -> Report:
        """Look at every file. Raises ConfigurationError where there is nothing to look at."""
        if not self.root.is_dir():
            raise ConfigurationError([f"{self.root}: no such directory"])
        paths = files_of(self.root, Path(self.ssot.directory).resolve())
        judged = [path for path in paths if not is_of_tests(path)]
        findings: list[Finding] = []
        looked: list[FileFlaws] = []
        for number, path in enumerate(judged):
            progress(number, len(judged))
            found = self.look(path)
            if isinstance(found, Finding):
                findings.append(found)
            elif found:
                looked.append(found)
                findings += told(found)
        progress(len(judged), len(judged))
        if not looked and not findings:
            raise ConfigurationError([f"{self.root}: no Python, SQL or YAML file to look at, tests left out"])
        return Report(
            root=self.root,
            findings=in_order(findings),
            files=len(looked),
            tests=sum(is_audited(path) and is_of_tests(path) for path in paths),
            flawed=tuple(file for file in looked if file.flaws),
        )

    def look(self, path: str) -> FileFlaws | Finding | None:
        """What is wrong in one file; at once a finding for one that was generated and edited; None for none to look at."""
        try:
            raw = read_file(self.root / path, b"" if is_audited(path) else HEAD_MARK)
        except OSError as error:
            return unreadable(path, b"", f"cannot be read: {error.strerror}")
        if raw is None:
            return None
        head = head_of(raw, self.ssot.pipeline.name)
        if head and not head.intact:
            return edited(path, raw, self.texts)
        if not is_audited(path):
            return None
        found = self.judge(path, raw)
        return replace(found, flaws=tuple(map(_generated, found.flaws))) if head else found

    def judge(self, path: str, raw: bytes) -> FileFlaws:
        """What is wrong in a file of this content. A list that is declared to be written out is no repetition."""
        found = flaws_of(path, raw, self.names, self.known)
        if path in self.lists:
            return replace(found, flaws=tuple(flaw for flaw in found.flaws if flaw.kind is not Kind.HARD_CODED))
        return found


def told(file: FileFlaws) -> list[Finding]:
    """A file's flaws as they are told."""
    return [finding(file.source, flaw) for flaw in file.flaws]


def finding(source: Source, flaw: Flaw) -> Finding:
    """A flaw with its line and its diff."""
    line, column = (0, 0) if flaw.offset is None else source.place(flaw.offset)
    return Finding(
        file=source.file,
        line=line,
        column=column,
        severity=flaw.severity,
        kind=flaw.kind,
        name=flaw.name,
        message=flaw.message,
        nearest=flaw.nearest,
        diff=source.diff(flaw.edit) if flaw.edit else "",
        certain=flaw.certain,
    )


def _generated(flaw: Flaw) -> Flaw:
    """In a generated file nothing is repaired: it is generated anew."""
    return replace(flaw, message=f"{flaw.message}; the file is generated: generate it anew", edit=None, certain=False)
