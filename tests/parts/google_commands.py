"""Whether a command of Google's programs is one: asked of `gcloud` itself and of the manual of `bq`. Nothing is run."""

import functools
import json
import os
import re
import shlex
import subprocess

from .finding import gcloud


def is_command(words: list[str]) -> bool:
    """Whether the program knows the command and each of its flags."""
    return {"gcloud": is_gcloud, "bq": is_bq}[words[0]](words)


def is_gcloud(words: list[str]) -> bool:
    """Asked of gcloud itself."""
    command = [str(gcloud()), "meta", "lint-gcloud-commands", "--format=json", f"--command-string={shlex.join(words)}"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "NO_COLOR": "1"})
    (judged,) = json.loads(done.stdout.splitlines()[0])
    return bool(judged["success"])


def is_bq(words: list[str]) -> bool:
    """Whether the command's manual, or the one of all commands, has each flag."""
    manual = _bq_manual(words[1]) + _bq_manual()
    flags = [word.split("=")[0] for word in words if word.startswith("--")]
    return words[1] in _bq_manual(words[1]) and all(
        re.search(rf"--(\[no\])?({flag[2:]}|{flag[2:].removeprefix('no')})\b", manual) is not None for flag in flags
    )


@functools.cache
def _bq_manual(command: str = "") -> str:
    asked = ["bq", "help", command] if command else ["bq", "--help"]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout
