"""What is said of a step: what became of it, and where it stopped, why and what to type next."""

from validator.deploy.apply import Done, Outcome
from validator.deploy.hints import likely
from validator.deploy.words import one_line
from validator.tell.plain import clip, plain, plain_lines

SAID_LINES = 15
MOST_DIFFERENCES = 3
MOST_SAID = 300
AGAIN = "python -m validator deploy apply"


def became(done: Done) -> str:
    """A step's outcome on the line that shows it: with what differed, or why it was left out."""
    said = [clip(done.answer.reason, MOST_SAID)] if done.outcome is Outcome.LEFT_OUT and done.answer else []
    more = len(done.differences) - MOST_DIFFERENCES
    said += [*done.differences[:MOST_DIFFERENCES], *([f"and {more} more"] if more > 0 else [])]
    return f"{done.outcome.value}: {plain('; '.join(said))}" if said else done.outcome.value


def why_stopped(done: Done, total: int) -> list[str]:
    """What went wrong, and what to type next."""
    again = f"next     {AGAIN} goes on from here; what is done is not done again"
    stopped = f"stopped at step {done.number} of {total}"
    if done.answer is None:
        return [stopped, f"type     {one_line(done.step.create)}", f"         {plain(done.step.why)}", again]
    said = plain_lines(done.answer.words)[-SAID_LINES:]
    hint = likely(done.answer.words)
    return [
        stopped,
        f"command  {one_line(done.answer.command)}",
        *(f"{'it said' if index == 0 else '':<8} {line}" for index, line in enumerate(said)),
        *([f"likely   {hint}"] if hint else []),
        again,
    ]
