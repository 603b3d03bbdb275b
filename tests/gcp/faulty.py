"""Services that answer every call wrongly, in one of the ways of `Fault`: over gRPC, and over HTTP."""

import threading
from collections.abc import Iterator
from concurrent import futures
from contextlib import contextmanager
from typing import Any

import grpc

from tests.parts.children import refusing_host
from tests.parts.google_fakes import ACCESS_DENIED, MALFORMED, Fault
from tests.parts.http_server import MALFORMED as HALF_A_BODY
from tests.parts.http_server import HttpFake, refuse, slow

DELAY = 30.0
"""Seconds of a slow answer: nobody waits for them, the fakes stop earlier."""
DENIED_BODY = {
    "error": {"code": 403, "message": ACCESS_DENIED, "errors": [{"reason": "accessDenied", "message": ACCESS_DENIED}]}
}


@contextmanager
def faulty_grpc(fault: Fault) -> Iterator[str]:
    """The host of a gRPC server on which every method of every service goes wrong in the same way."""
    if fault is Fault.REFUSED:
        with refusing_host() as host:
            yield host
        return
    stopping = threading.Event()
    server = grpc.server(futures.ThreadPoolExecutor(4))
    server.add_generic_rpc_handlers((_AnyMethod(fault, stopping),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield f"127.0.0.1:{port}"
    stopping.set()
    server.stop(None).wait(5)


@contextmanager
def faulty_http(fault: Fault) -> Iterator[str]:
    """The URL of an HTTP server on which every request goes wrong in the same way."""
    if fault is Fault.REFUSED:
        with refusing_host() as host:
            yield f"http://{host}"
        return
    behaviours = {Fault.SLOW: slow(DELAY), Fault.DENIED: refuse(403, body=DENIED_BODY), Fault.MALFORMED: HALF_A_BODY}
    with HttpFake(behaviours[fault]) as fake:
        yield fake.url


class _AnyMethod(grpc.GenericRpcHandler):  # type: ignore[misc]
    def __init__(self, fault: Fault, stopping: threading.Event) -> None:
        self.fault = fault
        self.stopping = stopping

    def service(self, handler_call_details: Any) -> Any:
        """The handler of whatever method is called."""
        return grpc.unary_unary_rpc_method_handler(self._answer)

    def _answer(self, message: bytes, context: Any) -> bytes:
        if self.fault is Fault.DENIED:
            context.abort(grpc.StatusCode.PERMISSION_DENIED, ACCESS_DENIED)
        if self.fault is Fault.SLOW:
            self.stopping.wait(DELAY)
        return MALFORMED
