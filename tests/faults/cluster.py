"""The campaign's own Kafka: one broker that may be killed, seen by workers through a proxy."""

from __future__ import annotations

import contextlib
import os
import socket
from pathlib import Path
from typing import Self

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.protocol.admin import AlterClientQuotasRequest

from streams.dev.broker import LocalBroker
from streams.dev.ports import HOST
from tests.faults.proxy import Proxy

JAVA_OPTIONS = "JAVA_TOOL_OPTIONS"
QUICK_START = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
"""A broker that is started every minute: two thirds of the work of a start."""


class Cluster:
    """A broker with two listeners: one behind the proxy for workers, one for the tools.

    The wire of the workers can be cut without blinding those who send and check.
    """

    def __init__(self, data_dir: Path | None = None) -> None:
        client, workers, controller = free_ports(3)
        self.proxy = Proxy(workers)
        self._data_dir = data_dir
        self._client = client
        self._listeners = {
            "listeners": f"CLIENT://{HOST}:{client},WORKERS://{HOST}:{workers},"
            f"CONTROLLER://{HOST}:{controller}",
            "controller.quorum.voters": f"1@{HOST}:{controller}",
            "listener.security.protocol.map": (
                "CLIENT:PLAINTEXT,WORKERS:PLAINTEXT,CONTROLLER:PLAINTEXT"
            ),
        }
        self._broker: LocalBroker | None = None

    def __enter__(self) -> Self:
        self.proxy.__enter__()
        os.environ[JAVA_OPTIONS] = QUICK_START
        self._broker = LocalBroker(
            self._data_dir,
            self._client,
            heap_mb=512,
            properties=self._listeners
            | {
                "advertised.listeners": (
                    f"CLIENT://{HOST}:{self._client},WORKERS://{self.proxy.address}"
                ),
                # By default it looks every ten seconds for transactions that are too old.
                "transaction.abort.timed.out.transaction.cleanup.interval.ms": "1000",
                # Topics of earlier runs make room.
                "file.delete.delay.ms": "1000",
            },
        )
        try:
            self.broker.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.broker.close()
        os.environ.pop(JAVA_OPTIONS, None)
        self.proxy.__exit__()

    @property
    def broker(self) -> LocalBroker:
        """The broker, to be killed, stopped and started."""
        if self._broker is None:
            raise ValueError("the cluster has not been started")
        return self._broker

    @property
    def direct(self) -> str:
        """The address for those who send and check."""
        return self.broker.bootstrap

    @property
    def proxied(self) -> str:
        """The address for workers."""
        return self.proxy.address

    def refuse_writes(self, topic: str, *, on: bool) -> None:
        """Ask for two copies of a topic that has one: the broker refuses every write."""
        change = ("SET", "2") if on else ("DELETE", None)
        with self.admin() as admin:
            admin.alter_configs(
                [ConfigResource(ConfigResourceType.TOPIC, topic, {"min.insync.replicas": change})]
            )

    def throttle(self, bytes_a_second: float | None) -> None:
        """Set the quota of all clients for writing, or take it away again."""
        entity = AlterClientQuotasRequest.EntryData
        request = AlterClientQuotasRequest(
            entries=[
                entity(
                    entity=[entity.EntityData(entity_type="client-id", entity_name=None)],
                    ops=[
                        entity.OpData(
                            key="producer_byte_rate",
                            value=bytes_a_second or 0.0,
                            remove=bytes_a_second is None,
                        )
                    ],
                )
            ],
            validate_only=False,
        )
        with self.admin() as admin:
            admin._manager.run(admin._send_request_to_controller, request)

    def admin(self) -> contextlib.closing[KafkaAdminClient]:
        """An admin client, closed at the end of the context."""
        return contextlib.closing(KafkaAdminClient(bootstrap_servers=self.direct))


def free_ports(count: int) -> list[int]:
    """Ports that nobody has now. Held until all are known, or one may come twice."""
    with contextlib.ExitStack() as held:
        probes = [held.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind((HOST, 0))
        return [int(probe.getsockname()[1]) for probe in probes]
