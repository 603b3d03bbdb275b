"""From process start to the first answer of `/health`, beside a function of the same framework that does nothing."""

import subprocess
import sys
import tempfile
import time
from http.client import HTTPConnection
from pathlib import Path

from tests.bench.measuring import ROOT, Row, clean, interleaved
from tests.parts.children import free_port

EMPTY = 'def f(request):\n    return "ok"\n'
REPETITIONS = 11
MOST = 1.25
START_SECONDS = 60.0
POLL_SECONDS = 0.002


def measure() -> list[Row]:
    """One row."""
    with tempfile.TemporaryDirectory() as folder:
        empty = Path(folder) / "main.py"
        empty.write_text(EMPTY)
        sides = [
            lambda: first_answer(ROOT / "main.py", "run_validation"),
            lambda: first_answer(empty, "f"),
        ]
        ours, beside = interleaved(sides, REPETITIONS)
    return [Row(what="c  start to first /health, beside an empty function", ours=ours, beside=beside, most=MOST)]


def first_answer(source: Path, target: str) -> float:
    """Seconds until a new server of the framework has answered `/health` with 200."""
    port = free_port()
    framework = [sys.executable, "-m", "functions_framework", "--source", str(source), "--target", target]
    started = time.perf_counter()
    server = subprocess.Popen(
        [*framework, "--host", "127.0.0.1", "--port", str(port)],
        cwd=source.parent,
        env=clean(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while not _answers(port):
            if server.poll() is not None or time.perf_counter() - started > START_SECONDS:
                raise RuntimeError(f"{source} did not start to answer")
            time.sleep(POLL_SECONDS)
        return time.perf_counter() - started
    finally:
        server.terminate()
        server.wait(timeout=START_SECONDS)


def _answers(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=START_SECONDS)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except ConnectionError:
        return False
    finally:
        connection.close()
