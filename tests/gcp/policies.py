"""IAM policies over gRPC: `TestIamPermissions`, which the emulators lack."""

from collections.abc import Iterator, Sequence
from concurrent import futures
from contextlib import contextmanager
from typing import Any

import grpc
from google.iam.v1.iam_policy_pb2 import TestIamPermissionsRequest, TestIamPermissionsResponse


@contextmanager
def policies(allowed: Sequence[str]) -> Iterator[str]:
    """The host of a server that allows these permissions, on everything."""

    def test(request: Any, _: grpc.ServicerContext) -> Any:
        return TestIamPermissionsResponse(permissions=[one for one in request.permissions if one in allowed])

    handler = grpc.unary_unary_rpc_method_handler(
        test,
        request_deserializer=TestIamPermissionsRequest.FromString,
        response_serializer=TestIamPermissionsResponse.SerializeToString,
    )
    server = grpc.server(futures.ThreadPoolExecutor(2))
    methods = {"TestIamPermissions": handler}
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("google.iam.v1.IAMPolicy", methods),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield f"127.0.0.1:{port}"
    server.stop(None).wait(5)
