"""A run for other programs: a Nagios plugin's line and JUnit XML."""

from xml.etree import ElementTree as ET

from validator.clock import rfc3339
from validator.errors import ValidatorError
from validator.results import Result, Run
from validator.status import RunStatus, Status
from validator.tell.plain import clip, plain
from validator.tell.view import Summary

_LINE = 1_000
_NAGIOS = {
    RunStatus.OK: (0, "OK"),
    RunStatus.WARNING: (1, "WARNING"),
    RunStatus.CRITICAL: (2, "CRITICAL"),
    RunStatus.ERROR: (3, "UNKNOWN"),
}


def render_nagios(summary: Summary) -> tuple[str, int]:
    """A plugin's line with performance data, and its exit code: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.

    A run that is not stored or not delivered is UNKNOWN, unless it is CRITICAL anyway.
    """
    code, word = _NAGIOS[summary.status]
    if not summary.trusted and summary.status is not RunStatus.CRITICAL:
        code, word = _NAGIOS[RunStatus.ERROR]
    name = f"{summary.schedule} {summary.target_date}{' (dry run)' if summary.dry_run else ''}"
    said = [
        summary.headline,
        *summary.notes,
        *(f"{f.name}: {f.message}" for section in summary.sections for f in section.findings[:1]),
    ]
    text = clip(f"{name}: {'; '.join(said[:4])}".replace("|", "/"), _LINE)
    return f"{word} - {text} | {_performance(summary)}", code


def nagios_of(error: ValidatorError) -> tuple[str, int]:
    """The same where no run could be made: UNKNOWN, and why."""
    code, word = _NAGIOS[RunStatus.ERROR]
    return f"{word} - {clip(plain(str(error)).replace('|', '/'), _LINE)}", code


def _performance(summary: Summary) -> str:
    labels = {
        Status.FAIL: "failed",
        Status.ERROR: "errors",
        Status.WARN: "warned",
        Status.SKIP: "skipped",
        Status.PASS: "passed",
    }
    counts = " ".join(f"{label}={summary.counts[status]};;;0" for status, label in labels.items())
    return f"{counts} duration={summary.duration_ms / 1000:.3f}s;;;0"


def render_junit(run: Run) -> str:
    """JUnit XML with a test case per result: FAIL is a failure, ERROR an error, SKIP skipped with its reason, WARN passes with output.

    A run that is not stored or not delivered has one more case, an error, that says so.
    """
    cases = [_case(run, result) for result in run.results] + _delivery(run)
    suite = ET.Element("testsuite", name=f"{plain(run.schedule_name)} {run.target_date.isoformat()}")
    suite.set("tests", str(len(cases)))
    for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(attribute, str(sum(case.find(tag) is not None for case in cases)))
    suite.set("timestamp", rfc3339(run.run_timestamp))
    suite.set("time", f"{run.duration_ms / 1000:.3f}")
    suite.extend(cases)
    suites = ET.Element("testsuites")
    suites.append(suite)
    ET.indent(suites)
    return ET.tostring(suites, encoding="unicode")


def _case(run: Run, result: Result) -> ET.Element:
    name = plain(result.subject) or plain(result.check_name)
    case = ET.Element("testcase", classname=f"{plain(run.schedule_name)}.{plain(result.check_name)}", name=name)
    case.set("time", f"{result.duration_ms / 1000:.3f}")
    message = plain(result.message)
    if result.status is Status.SKIP:
        ET.SubElement(case, "skipped", message=message)
    elif result.status is Status.WARN:
        ET.SubElement(case, "system-out").text = f"WARN {_body(result)}"
    elif result.status is not Status.PASS:
        tag = "failure" if result.status is Status.FAIL else "error"
        ET.SubElement(case, tag, message=message, type=result.severity.value).text = _body(result)
    return case


def _body(result: Result) -> str:
    """What a reader of the report sees: the sentence, the two values, the command."""
    lines = [
        plain(result.message),
        *(f"expected: {plain(value)}" for value in [result.expected_value] if value),
        *(f"actual: {plain(value)}" for value in [result.actual_value] if value),
        *map(plain, result.remedy.splitlines()),
    ]
    return "\n".join(filter(None, lines))


def _delivery(run: Run) -> list[ET.Element]:
    """No result at all is an error too; a report without a case would read as green."""
    troubles = [] if run.results else [f"no check gave a result: {plain(run.message)}"]
    troubles += [plain(problem) for problem in run.delivery.problems]
    if not (run.dry_run or run.delivery.stored or any("not stored" in trouble for trouble in troubles)):
        troubles.append("not stored")
    if not troubles:
        return []
    case = ET.Element("testcase", classname=plain(run.schedule_name), name="the run itself", time="0")
    ET.SubElement(case, "error", message="; ".join(troubles))
    return [case]
