"""A threaded HTTP server with scripted answers, one behaviour a request, that keeps what it was sent.

with HttpFake() as fake:
    fake.script = [refuse(429, retry_after=1), OK]
    …
    assert fake.requests[0].path == "/ping"
"""

import json
import socket
import struct
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True, kw_only=True)
class Request:
    """What was asked; header names are in lower case."""

    method: str
    path: str
    query: Mapping[str, Sequence[str]]
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.body)

    def parameter(self, name: str, default: str = "") -> str:
        """The first value of a query parameter."""
        return next(iter(self.query.get(name, ())), default)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What goes back."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of_json(cls, value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> "Answer":
        """An answer with a JSON body."""
        return cls(
            status=status,
            body=json.dumps(value).encode(),
            headers={"Content-Type": "application/json", **(headers or {})},
        )


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """How one request is met; as it stands, the service does its work and answers."""

    instead: Answer | None = None
    """Answered in place of doing the work."""
    body: bytes | None = None
    """Replaces the body of the service's own answer."""
    raw: bytes | None = None
    """Written in place of any HTTP answer, then the connection is closed."""
    delay: float = 0.0
    """Seconds between the work and the answer."""
    reset: bool = False
    """The connection is reset in place of an answer."""
    works: bool = True
    """Whether the service does its work (accepts the mail, say) at all."""


OK = Behaviour()
RESET = Behaviour(reset=True, works=False)
"""The connection breaks before anything was done."""
LOST = Behaviour(reset=True)
"""The work is done, and the connection breaks before the answer."""
MALFORMED = Behaviour(body=b'{"half": ')
"""A good status with a body that is not JSON."""
GARBAGE = Behaviour(raw=b"\x00\x01 this is not HTTP\r\n\r\n", works=False)


def slow(seconds: float) -> Behaviour:
    """The work is done, and answered `seconds` later."""
    return Behaviour(delay=seconds)


def refuse(
    status: int, *, retry_after: int | None = None, body: Any = None, headers: Mapping[str, str] | None = None
) -> Behaviour:
    """Nothing is done; `status` with a JSON `body` (else SendGrid's), `retry_after` in seconds."""
    waiting = {} if retry_after is None else {"Retry-After": str(retry_after)}
    shown = {"errors": [{"message": f"refused with {status}", "field": None, "help": None}]} if body is None else body
    return Behaviour(instead=Answer.of_json(shown, status, {**waiting, **(headers or {})}))


class HttpFake:
    """A running server, a context manager; subclasses say what the service does in `answer`."""

    def __init__(self, *script: Behaviour) -> None:
        self.script: list[Behaviour] = list(script) or [OK]
        self.requests: list[Request] = []
        self.stopping = threading.Event()
        self._turn = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.fake = self

    @property
    def url(self) -> str:
        """The base address, without a slash at the end."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()

    def answer(self, request: Request) -> Answer:
        """What the service does with a request when nothing is wrong: here, accept anything."""
        return Answer()

    def meet(self, request: Request) -> tuple[Behaviour, Answer]:
        """Record the request, take the next behaviour (the last one repeats), and do the work it allows."""
        with self._turn:
            self.requests.append(request)
            behaviour = self.script.pop(0) if len(self.script) > 1 else self.script[0]
            if behaviour.instead is not None:
                return behaviour, behaviour.instead
            return behaviour, self.answer(request) if behaviour.works else Answer()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    fake: HttpFake

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that did not wait for its answer is no error: it may be gone at any time, even between two tests."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def _serve(self) -> None:
        address = urlsplit(self.path)
        request = Request(
            method=self.command,
            path=address.path,
            query=parse_qs(address.query, keep_blank_values=True),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(int(self.headers.get("Content-Length") or 0)),
        )
        behaviour, answer = self.server.fake.meet(request)
        self.server.fake.stopping.wait(behaviour.delay)
        if behaviour.reset:
            self._reset()
        elif behaviour.raw is not None:
            self.wfile.write(behaviour.raw)
            self.close_connection = True
        else:
            self._write(answer, answer.body if behaviour.body is None else behaviour.body)

    do_GET = do_POST = do_PUT = do_HEAD = _serve  # noqa: N815  http.server looks for these names

    def _write(self, answer: Answer, body: bytes) -> None:
        if "Date" in answer.headers:
            self.send_response_only(answer.status)
        else:
            self.send_response(answer.status)
        for name, value in {**answer.headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _reset(self) -> None:
        """Close with RST, as a broken peer does, and not with an orderly end."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet."""
