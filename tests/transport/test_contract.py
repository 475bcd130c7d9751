"""Every private name of Faust, mode and aiokafka that the transport leans on.

A new version of one of them must fail here first, by name, not in a rebalance.
"""

from __future__ import annotations

import inspect
from importlib.metadata import entry_points, version
from typing import Any

import faust
import faust.streams
import pytest
from aiokafka import client
from aiokafka.consumer import fetcher, group_coordinator, subscription_state
from faust.tables import manager, recovery
from faust.transport import consumer, drivers
from faust.transport.drivers import aiokafka as driver
from mode.services import Service

from streams.app import SCHEME, ConsentryApp, NoTables
from streams.transport.driver import Consumer, Transport
from streams.transport.thread import Thread


def test_versions() -> None:
    assert version("faust-streaming") == "0.15.3"
    assert version("aiokafka").startswith("0.14.")


def test_the_scheme_leads_to_our_transport() -> None:
    assert drivers.by_url(f"{SCHEME}://localhost") is Transport
    installed = entry_points(group="faust.transports", name=SCHEME)
    assert all(one.load() is Transport for one in installed)


@pytest.mark.parametrize(
    ("ours", "theirs", "names"),
    [
        (
            Consumer,
            driver.Consumer,
            (
                "getmany _add_gap ack _commit verify_event_path on_partitions_revoked "
                "on_partitions_assigned perform_seek wait_empty on_stop _new_consumer_thread"
            ),
        ),
        (
            Thread,
            driver.AIOKafkaConsumerThread,
            "_create_worker_consumer on_start on_thread_stop on_partitions_revoked",
        ),
        (NoTables, manager.TableManager, "on_start"),
        (ConsentryApp, faust.App, "_create_directories"),
    ],
)
def test_what_is_overridden_is_there_with_the_same_parameters(
    ours: type[Any], theirs: type[Any], names: str
) -> None:
    for name in names.split():
        mine, stock = getattr(ours, name), getattr(theirs, name)
        assert mine is not stock, name
        assert list(inspect.signature(mine).parameters) == list(
            inspect.signature(stock).parameters
        ), name


@pytest.mark.parametrize(
    ("holder", "names"),
    [
        (driver.AIOKafkaConsumerThread, "_ensure_consumer"),
        (manager.TableManager, "_update_channels recovery"),
        (fetcher.Fetcher, "fetched_records _records"),
        (fetcher.FetchResult, "_partition_records"),
        (fetcher.PartitionRecords, "_consumer_record _records _tp next_fetch_offset"),
        (subscription_state.SubscriptionState, "fetch_context fetcher_idle_time subscription"),
        (subscription_state.Assignment, "active tps state_value"),
        (subscription_state.TopicPartitionState, "has_valid_position position lso"),
        (
            group_coordinator.GroupCoordinator,
            "reset_generation check_errors fetch_committed_offsets _do_heartbeat",
        ),
        (Service, "crashed crash_reason should_stop"),
        (faust.App, "consumer_generation_id on_rebalance_complete"),
    ],
)
def test_private_names_that_are_called(holder: type[Any], names: str) -> None:
    for name in names.split():
        assert name in dir(holder) or name in inspect.getsource(holder), name


@pytest.mark.parametrize(
    ("code", "line"),
    [
        (group_coordinator.GroupCoordinator, "self._closing"),
        (group_coordinator.GroupCoordinator, "self.generation = "),
        (group_coordinator.GroupCoordinator, "success = await self._do_heartbeat()"),
        (group_coordinator.GroupCoordinator, "if idle_time < self._max_poll_interval"),
        (consumer.Consumer.__init__, "self._unacked_messages = "),
        (consumer.Consumer.__init__, "self._read_offset = "),
        (client.AIOKafkaClient, "def set_topics(self, topics)"),
        (recovery.Recovery, "if not self.tables or"),
        (recovery.Recovery._resume_streams, "await app.on_rebalance_complete.send()"),
        (recovery.Recovery._resume_streams, "consumer.perform_seek()"),
        (consumer.Consumer._drain_messages, "getmany(timeout=1.0)"),
        # A poll of what is there does not wait, and is lost to nobody when it is cancelled.
        (fetcher.Fetcher.fetched_records, "if drained or not timeout:"),
        (fetcher.Fetcher._get_actions_per_node, "elif tp_state.paused:"),
        # A result is put in whole; only `getall` and `getone` unpack it, by this name.
        (fetcher.Fetcher._proc_fetch_request, "self._records[tp] = FetchResult("),
        (fetcher.PartitionRecords._unpack_records, "self._consumer_record(tp, record)"),
        (fetcher.Fetcher._get_actions_per_node, "resume_futures.append(tp_state.resume_fut)"),
    ],
)
def test_lines_that_we_rely_on(code: Any, line: str) -> None:
    assert line in inspect.getsource(code)


def test_taking_over_comes_before_positions_are_set() -> None:
    source = inspect.getsource(recovery.Recovery._resume_streams)
    assert source.index("on_rebalance_complete.send()") < source.index("perform_seek()")


def test_the_end_of_a_place_is_noted_before_looking_whether_records_came() -> None:
    """So a topic without records is known to be at its end."""
    source = inspect.getsource(fetcher.Fetcher._proc_fetch_request)
    assert source.index("tp_state.lso = lso") < source.index("if records.has_next():")


def test_nothing_is_awaited_between_taking_records_and_returning_them() -> None:
    """So a cancelled poll has taken nothing."""
    source = inspect.getsource(fetcher.Fetcher.fetched_records)
    taking, rest = source.split("res_or_error.getall", 1)
    assert "await" not in rest[: rest.index("return drained\n\n")]
    assert "await" in taking


def test_the_compiled_stream_iterator_is_there_and_skips_without_acknowledging() -> None:
    assert faust.streams._CStreamIterator is not None  # type: ignore[attr-defined]
