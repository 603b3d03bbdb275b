"""The two clients of Pub/Sub, for every adapter of it."""

import threading
from typing import Any

import grpc
from google.api_core import exceptions as api
from google.pubsub_v1 import PublisherClient, SubscriberClient
from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport
from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport

from validator.gcp.failures import asking

SERVICE = "Pub/Sub"


class Clients:
    """A publisher and a subscriber, made when they are first asked for. Safe for threads."""

    def __init__(self, emulator: str | None) -> None:
        """`emulator` is the `host:port` of one."""
        self._emulator = emulator
        self._lock = threading.Lock()
        self._clients: tuple[Any, Any] | None = None

    @property
    def publisher(self) -> Any:
        """The client that knows topics."""
        return self._connected()[0]

    @property
    def subscriber(self) -> Any:
        """The client that knows subscriptions."""
        return self._connected()[1]

    def close(self) -> None:
        """Close the channels."""
        with self._lock:
            clients, self._clients = self._clients, None
        for client in clients or ():
            client.transport.close()

    def _connected(self) -> tuple[Any, Any]:
        with self._lock:
            if self._clients is None:
                with asking(SERVICE):
                    self._clients = self._connect()
            return self._clients

    def _connect(self) -> tuple[Any, Any]:
        if self._emulator is None:
            return PublisherClient(), SubscriberClient()
        return (
            PublisherClient(transport=PublisherGrpcTransport(channel=grpc.insecure_channel(self._emulator))),
            SubscriberClient(transport=SubscriberGrpcTransport(channel=grpc.insecure_channel(self._emulator))),
        )


def pull(clients: Clients, name: str, limit: int, patience: float, seconds: float) -> Any:
    """Up to `limit` messages of a subscription; none when none came for `patience` seconds. Raises what the client raises."""
    request = {"subscription": name, "max_messages": limit}
    try:
        return clients.subscriber.pull(request=request, retry=None, timeout=min(patience, seconds)).received_messages
    except api.DeadlineExceeded:
        if seconds <= patience:
            raise
        return []


def keep_for(clients: Clients, name: str, receipts: list[str], lease: int, seconds: float) -> None:
    """Let what was pulled be kept for `lease` seconds more; with 0 it is given back. Raises what the client raises."""
    request = {"subscription": name, "ack_ids": receipts, "ack_deadline_seconds": lease}
    clients.subscriber.modify_ack_deadline(request=request, retry=None, timeout=seconds)
