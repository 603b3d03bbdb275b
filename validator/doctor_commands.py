"""`doctor`: whether this service has what it needs."""

from validator.commands import Call
from validator.doctor.examine import examine
from validator.doctor.line import Verdict
from validator.doctor.text import render
from validator.json_text import json_text
from validator.status import ExitCode

FAIL_ON = {"never": None, "warn": Verdict.WARN, "fail": Verdict.FAIL}


def doctor(call: Call) -> int:
    """`doctor`: a line a thing, each with the command that mends it; exit 1 where something fails."""
    report = examine(call.service(), call.now)
    if call.arguments.format == "json":
        print(json_text(report.body()))
    else:
        print(render(report, colour=call.colour))
    least = FAIL_ON[call.arguments.fail_on]
    return ExitCode.FINDINGS if least and report.verdict.rank >= least.rank else ExitCode.FINE
