"""The Faust app, built from the settings; nothing else."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import faust
import faust.streams
import structlog
from faust.tables.manager import TableManager
from faust.transport.drivers import TRANSPORTS

from streams.control.log import PolicyInForce
from streams.errors import ConsentryError
from streams.registry import Registry
from streams.settings import Settings
from streams.transport.tasks.judging_basis import JudgingBasis

SCHEME = "consentry"

log = structlog.get_logger("consentry.worker")

# Installed packages are found by their entry point; a checkout that was put on the path
# without being installed has none.
TRANSPORTS.aliases.setdefault(SCHEME, "streams.transport.faust_driver:Transport")


class NoTables(TableManager):
    """Faust's tables, of which there are none: the subject table is restored by the transport.

    Faust waits a second here for tables that are declared late.
    """

    async def on_start(self) -> None:
        """Go on at once."""
        await self._update_channels()
        await self.recovery.start()


class ConsentryApp(faust.App):
    """Faust's app, with the settings and the policy that transport and agents read.

    `basis` may be replaced while it runs: each partition is judged by the new one from its
    next poll batch on.
    """

    settings: Settings
    basis: JudgingBasis
    registry: Registry | None = None
    """Where schemas of framed records come from, where one is set."""

    schema_ids: Mapping[str, int] | None = None
    """Those with which findings and duties are written, where they are needed."""

    latest_policy: Callable[[], Awaitable[PolicyInForce | None]] | None = None
    """Reads the policy in force from its log."""

    async def catch_up(self) -> None:
        """Take up the policy in force before partitions are taken over.

        Their last owner may have heard of it earlier. Raises what reading the log raises.
        """
        if self.latest_policy is not None:
            in_force = await self.latest_policy()
            if in_force is not None:
                self.policy_changed(in_force)

    def policy_changed(self, in_force: PolicyInForce) -> None:
        """Another policy is in force from now on, unless it is one that was taken up."""
        if in_force.sequence <= self.basis.stored.sequence:
            return
        self.basis = JudgingBasis(in_force.policy, in_force.sequence, in_force.since)
        log.info(
            "policy.changed",
            sequence=in_force.sequence,
            version=in_force.version,
            digest=in_force.digest,
        )

    def _create_directories(self) -> None:
        """Nothing is kept on disk, so no folder is made in the current one."""


def build_app(settings: Settings, basis: JudgingBasis) -> ConsentryApp:
    """The app, which judges by the basis. Agents are put on it by `streams.agents.install`.

    Raises ConsentryError when Faust lacks its compiled stream iterator: the one in
    Python acknowledges what it skips (docs/adr/0010).
    """
    if getattr(faust.streams, "_CStreamIterator", None) is None:
        raise ConsentryError(
            "Faust runs without its compiled parts, which loses records in a rebalance",
            "Install faust-streaming from its wheel, and leave NO_CYTHON unset.",
        )
    app = ConsentryApp(
        settings.application_id,
        version=settings.generation,
        broker=[f"{SCHEME}://{address}" for address in settings.brokers],
        broker_credentials=settings.connection.faust_credentials(),
        broker_client_id=settings.connection.client_name("worker"),
        broker_session_timeout=settings.session_timeout_s,
        broker_heartbeat_interval=settings.heartbeat_interval_s,
        broker_request_timeout=max(40.0, settings.session_timeout_s + 5),
        producer_request_timeout=40.0,  # of ticks; by Faust's default 20 minutes
        consumer_group_instance_id=settings.instance_id,
        consumer_auto_offset_reset="none",
        key_serializer="raw",
        value_serializer="raw",
        store="memory://",
        TableManager=NoTables,
        stream_buffer_maxsize=1 << 20,  # open slices are bounded by the transport
        stream_recovery_delay=0.0,
        topic_allow_declare=False,
        topic_disable_leader=True,
        topic_partitions=settings.partitions,
        table_standby_replicas=0,
        cython_optimizations=True,
        # No web server: Faust's own shows tables and routes to everyone who asks.
        web_enabled=False,
        **_quiet(),
    )
    app.settings = settings
    app.basis = basis
    app.registry = Registry.of(settings)
    return app


def _quiet() -> dict[str, Any]:
    """Logging is set up by the process, not by Faust."""
    return {"logging_config": {"version": 1, "disable_existing_loggers": False}}
