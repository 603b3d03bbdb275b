"""A page of a running browser: what a person does with it, and what can be asked of it."""

import base64
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

SECONDS = 30.0
KEYS: Mapping[str, int] = {
    "Tab": 9,
    "Enter": 13,
    "Escape": 27,
    " ": 32,
    "ArrowLeft": 37,
    "ArrowUp": 38,
    "ArrowRight": 39,
    "ArrowDown": 40,
}
TEXT: Mapping[str, str] = {"Enter": "\r", " ": " "}


class BrowserError(Exception):
    """The browser refused a command, ended, or took too long."""


class Connection(Protocol):
    """What a page needs of its browser."""

    def command(self, method: str, session: str | None = None, **parameters: Any) -> Any:
        """Send one DevTools command and return its result."""

    def events(self, session: str) -> list[Any]:
        """Take the events of a page that have come so far."""


class Page:
    """An open page. `requested` are the addresses it asked for, `errors` its uncaught and console errors."""

    def __init__(self, browser: Connection, session: str) -> None:
        self._browser = browser
        self._session = session
        self.requested: list[str] = []
        self.errors: list[str] = []

    def prepare(self, width: int, height: int, *, dark: bool) -> None:
        """Set the window's size and what the page is told of the reader's preferences."""
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.command(f"{domain}.enable")
        self.command(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )
        self.prefer(dark=dark)

    def prefer(self, *, dark: bool) -> None:
        """Emulate ``prefers-color-scheme``, as a reader's system would say it."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        still = {"name": "prefers-reduced-motion", "value": "reduce"}
        self.command("Emulation.setEmulatedMedia", features=[scheme, still])

    def go(self, url: str) -> None:
        """Open another address and wait until it is loaded, its images included."""
        answer = self.command("Page.navigate", url=url)
        if text := answer.get("errorText"):
            raise BrowserError(f"{url}: {text}")
        self.wait_for("document.readyState === 'complete' && location.href !== 'about:blank'")

    def wait_for(self, condition: str) -> None:
        """Wait until a JavaScript expression is true."""
        deadline = time.monotonic() + SECONDS
        while self.evaluate(condition) is not True:
            if time.monotonic() > deadline:
                raise BrowserError(f"never became true: {condition}")
            time.sleep(0.02)

    def evaluate(self, expression: str) -> Any:
        """The JSON value of a JavaScript expression; promises are awaited."""
        answer = self.command("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if failure := answer.get("exceptionDetails"):
            raise BrowserError(failure.get("exception", {}).get("description", failure["text"]))
        return answer["result"].get("value")

    def press(self, key: str, *, shift: bool = False) -> None:
        """Press and release one of `KEYS`."""
        named = {
            "key": key,
            "code": "Space" if key == " " else key,
            "windowsVirtualKeyCode": KEYS[key],
            "modifiers": 8 if shift else 0,
        }
        text = {"text": TEXT[key]} if key in TEXT else {}
        self.command("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", **named, **text)
        self.command("Input.dispatchKeyEvent", type="keyUp", **named)

    def click(self, selector: str) -> None:
        """Click the middle of the first element that a CSS selector names."""
        element = f"document.querySelector({json.dumps(selector)})"
        self.evaluate(f"{element}.scrollIntoView()")
        box = self.evaluate(f"{element}.getBoundingClientRect().toJSON()")
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        for kind in ("mousePressed", "mouseReleased"):
            self.command("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def screenshot(self, target: Path, *, whole: bool = False) -> Path:
        """Write a PNG of the window, or of the whole page."""
        picture = self.command(
            "Page.captureScreenshot", format="png", captureBeyondViewport=whole, **(self._whole() if whole else {})
        )
        target.write_bytes(base64.b64decode(picture["data"]))
        return target

    def command(self, method: str, **parameters: Any) -> Any:
        """Send a DevTools command to this page."""
        result = self._browser.command(method, self._session, **parameters)
        for event in self._browser.events(self._session):
            self._note(event["method"], event["params"])
        return result

    def _whole(self) -> dict[str, Any]:
        size = self.command("Page.getLayoutMetrics")["cssContentSize"]
        return {"clip": {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}}

    def _note(self, method: str, params: Any) -> None:
        if method == "Network.requestWillBeSent":
            self.requested.append(params["request"]["url"])
        elif method == "Runtime.exceptionThrown":
            self.errors.append(params["exceptionDetails"]["text"])
        elif method == "Log.entryAdded" and params["entry"]["level"] == "error":
            self.errors.append(params["entry"]["text"])
