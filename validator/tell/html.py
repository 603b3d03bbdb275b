"""The view of a run as HTML for mail programs. The template is `mail.html` beside this module."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from validator.clock import rfc3339
from validator.status import Status
from validator.tell.view import Summary

if TYPE_CHECKING:
    from jinja2 import Template


@dataclass(frozen=True, kw_only=True)
class Tone:
    """The colours of a status: `name` is its class in the template, `ink` is for text on `tint`, `solid` a ground for white text."""

    name: str
    ink: str
    tint: str
    solid: str
    dark_ink: str
    dark_tint: str


TONES = {
    Status.FAIL: Tone(
        name="fail", ink="#b42318", tint="#fdeeec", solid="#b42318", dark_ink="#ff9a8f", dark_tint="#341916"
    ),
    Status.ERROR: Tone(
        name="error", ink="#6238b8", tint="#f1edfc", solid="#6238b8", dark_ink="#c3b0ff", dark_tint="#251d3d"
    ),
    Status.WARN: Tone(
        name="warn", ink="#8f4a00", tint="#fdf3e0", solid="#a35300", dark_ink="#ffc778", dark_tint="#32240e"
    ),
    Status.SKIP: Tone(
        name="skip", ink="#4a5563", tint="#eef0f3", solid="#4a5563", dark_ink="#b7c0cc", dark_tint="#242a32"
    ),
    Status.PASS: Tone(
        name="pass", ink="#0b6b43", tint="#e6f6ee", solid="#0b6b43", dark_ink="#7fdca9", dark_tint="#10291d"
    ),
}
"""Every pair has a contrast of at least 4.5 to 1."""

COUNTED = {
    Status.FAIL: "failed",
    Status.ERROR: "errors",
    Status.WARN: "warned",
    Status.SKIP: "skipped",
    Status.PASS: "passed",
}


def render_html(summary: Summary) -> str:
    """A whole HTML document; whatever came from data is in it as text only."""
    return _template().render(
        s=summary,
        tones=TONES,
        counted=COUNTED,
        when=rfc3339(summary.run_timestamp),
        seconds=f"{summary.duration_ms / 1000:,.1f}",
        preheader=" ".join(
            f"{answer.verdict}. {' '.join(point.sentence for point in answer.points[:1])}"
            for answer in summary.answers[1:2]
        ),
    )


@cache
def _template() -> "Template":
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415 - not every run sends a mail

    source = Path(__file__).with_name("mail.html").read_text(encoding="utf-8")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(source)
