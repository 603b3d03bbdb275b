"""A real Chromium, driven over its DevTools pipe: pages as a person sees them, with emulated preferences.

    with Browser() as browser:
        page = browser.open(url, width=390, height=844, dark=True)
        page.press("Tab")
        assert page.evaluate("document.activeElement.tagName") == "A"
        page.screenshot(tmp_path / "phone.png")

Only the loopback is reachable from a page; every address that it asks for is in `page.requested`.
"""

import contextlib
import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import deque
from pathlib import Path
from typing import Any, Self

from .finding import chromium
from .page import SECONDS, BrowserError, Page

FLAGS = (
    "--headless=new",
    "--remote-debugging-pipe",
    "--no-sandbox",
    "--no-first-run",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost",
)
LAUNCH = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.dup2(int(sys.argv[2]), 4)
os.execv(sys.argv[3], sys.argv[3:])
"""
"""The browser reads commands from descriptor 3 and answers on 4."""


class Browser:
    """A running browser, a context manager; `images=False` shows none, as many mail programs do."""

    def __init__(self, *, images: bool = True) -> None:
        self._images = images
        self._numbers = itertools.count(1)
        self._events: deque[Any] = deque()
        self._buffer = b""

    def __enter__(self) -> Self:
        self._profile = tempfile.mkdtemp(prefix="browser-")
        from_us, self._write = os.pipe()
        self._read, to_us = os.pipe()
        flags = [
            *FLAGS,
            f"--user-data-dir={self._profile}",
            *(() if self._images else ("--blink-settings=imagesEnabled=false",)),
        ]
        self._process = subprocess.Popen(
            [sys.executable, "-c", LAUNCH, str(from_us), str(to_us), str(chromium()), *flags, "about:blank"],
            pass_fds=(from_us, to_us),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env={**os.environ, "TMPDIR": self._profile},
        )
        os.close(from_us)
        os.close(to_us)
        os.set_blocking(self._read, False)
        return self

    def __exit__(self, *_: object) -> None:
        """Ask the browser to go, then end its process group; a pipe that closes would end it too."""
        with contextlib.suppress(BrowserError, subprocess.TimeoutExpired):
            self.command("Browser.close")
            self._process.wait(5)
        os.close(self._write)
        os.close(self._read)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        shutil.rmtree(self._profile, ignore_errors=True)

    def open(self, address: str | Path, *, width: int = 1280, height: int = 800, dark: bool = False) -> Page:
        """Open a URL or a file in a window of that size, and wait until it is loaded."""
        target = self.command("Target.createTarget", url="about:blank")["targetId"]
        session = self.command("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = Page(self, session)
        page.prepare(width, height, dark=dark)
        page.go(address.resolve().as_uri() if isinstance(address, Path) else address)
        return page

    def command(self, method: str, session: str | None = None, **parameters: Any) -> Any:
        """Send one DevTools command and return its result; events that come meanwhile are kept."""
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": parameters, **({"sessionId": session} if session else {})}
        self._send(json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + SECONDS
        while (answer := self._next(deadline)).get("id") != number:
            self._events.append(answer)
        if "error" in answer:
            raise BrowserError(f"{method}: {answer['error']['message']}")
        return answer["result"]

    def events(self, session: str) -> list[Any]:
        """Take the events of a page that have come so far."""
        taken = [event for event in self._events if event.get("sessionId") == session]
        self._events = deque(event for event in self._events if event.get("sessionId") != session)
        return taken

    def _send(self, message: bytes) -> None:
        try:
            os.write(self._write, message)
        except BrokenPipeError:
            raise BrowserError("the browser has ended") from None

    def _next(self, deadline: float) -> Any:
        """The next message of the browser."""
        while b"\0" not in self._buffer:
            if time.monotonic() > deadline or self._process.poll() is not None:
                raise BrowserError("the browser ended or did not answer")
            self._buffer += self._available()
        message, self._buffer = self._buffer.split(b"\0", 1)
        return json.loads(message)

    def _available(self) -> bytes:
        try:
            return os.read(self._read, 1 << 20)
        except BlockingIOError:
            time.sleep(0.005)
            return b""


def screenshot(
    address: str | Path,
    target: Path,
    *,
    width: int = 1280,
    height: int = 800,
    dark: bool = False,
    images: bool = True,
    whole: bool = False,
) -> Path:
    """Write a PNG of a page (a URL or an HTML file) as a reader with these preferences sees it."""
    with Browser(images=images) as browser:
        return browser.open(address, width=width, height=height, dark=dark).screenshot(target, whole=whole)
