"""Every private name of Faust, mode and aiokafka that the transport leans on.

A new version of one of them must fail here first, by name, not in a rebalance.
"""

from __future__ import annotations

import inspect
import re
from importlib.metadata import entry_points, version
from pathlib import Path
from typing import Any

import faust
import faust.streams
import pytest
from aiokafka import client
from aiokafka.consumer import fetcher, group_coordinator, subscription_state
from aiokafka.producer import message_accumulator, sender, transaction_manager
from aiokafka.protocol import fetch
from faust.tables import manager, recovery
from faust.transport import consumer, drivers
from faust.transport.drivers import aiokafka as driver
from mode.services import Service

from streams.app import SCHEME, ConsentryApp, NoTables
from streams.transport.consumer_thread import Thread
from streams.transport.faust_driver import Consumer, Transport

ROOT = Path(__file__).resolve().parents[2]
OWN_RESULT: type[Any] = next(
    one for one in fetcher.FetchResult.__mro__ if one.__module__ == fetcher.__name__
)
"""Aiokafka's, whether ours stands in for it or not."""


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
        (fetcher.Fetcher, "fetched_records _records _client _subscriptions"),
        (fetcher.FetchResult, "_partition_records"),
        (fetcher.PartitionRecords, "_consumer_record _records _tp next_fetch_offset"),
        (fetcher, "MemoryRecords FetchResult"),
        (subscription_state.SubscriptionState, "fetch_context fetcher_idle_time subscription"),
        (subscription_state.Assignment, "active tps state_value"),
        (subscription_state.TopicPartitionState, "has_valid_position position lso"),
        (
            group_coordinator.GroupCoordinator,
            "reset_generation check_errors fetch_committed_offsets _do_heartbeat",
        ),
        (Service, "crashed crash_reason should_stop"),
        (
            sender.Sender,
            (
                "_do_add_partitions_to_txn _do_add_offsets_to_txn _do_txn_commit _find_coordinator "
                "_maybe_wait_for_pid"
            ),
        ),
        (
            transaction_manager.TransactionManager,
            (
                "partitions_to_add maybe_add_partition_to_txn txn_partitions _txn_consumer_group "
                "add_offsets_to_txn offsets_to_commit "
                "needs_transaction_commit wait_for_transaction_end error_transaction state"
            ),
        ),
        (message_accumulator.MessageAccumulator, "_append_batch drain_by_nodes _batches"),
        (
            fetch.FetchRequest,
            "_max_wait_ms _min_bytes _max_bytes _isolation_level _topics _rack_id",
        ),
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
        # Fetches of a broker go one after the other, through the fetcher's client, and say no
        # more of a place than its answer does (streams/transport/fetch/session.py).
        (fetcher.Fetcher._proc_fetch_request, "await self._client.send(node_id, request)"),
        (fetcher.Fetcher._fetch_requests_routine, "self._in_flight.add(node_id)"),
        (fetcher.Fetcher._proc_fetch_request, "for topic, partitions in response.topics:"),
        (fetcher.Fetcher._proc_fetch_request, "tp_state.timestamp = now_ms"),
        # Both are looked up in the module, where ours stand in (streams/unpacking).
        (fetcher.Fetcher._proc_fetch_request, "records = MemoryRecords(part_data[-1])"),
        (fetcher.Fetcher._proc_fetch_request, "elif records.size_in_bytes() > 0:"),
        (fetcher.Fetcher.fetched_records, "if type(res_or_error) is FetchResult:"),
        (fetcher.Fetcher.fetched_records, "if not res_or_error.has_more():"),
        # All that is asked of a batch.
        (fetcher.PartitionRecords._unpack_records, "not next_batch.validate_crc()"),
        (fetcher.PartitionRecords._unpack_records, "next_batch.producer_id is not None"),
        (fetcher.PartitionRecords._unpack_records, "next_batch.is_transactional"),
        (fetcher.PartitionRecords._unpack_records, "if next_batch.is_control_batch:"),
        (fetcher.PartitionRecords._unpack_records, "for record in next_batch:"),
        # A pause among the records is not behind the position, and leaves it where it is.
        (fetcher.PartitionRecords._unpack_records, "if record.offset < self.next_fetch_offset:"),
        (
            fetcher.PartitionRecords._unpack_records,
            (
                "consumer_record = self._consumer_record(tp, record)\n"
                "                self.next_fetch_offset = record.offset + 1"
            ),
        ),
        (fetcher.PartitionRecords._unpack_records, "self._consumer_record(tp, record)"),
        (fetcher.Fetcher._get_actions_per_node, "resume_futures.append(tp_state.resume_fut)"),
        # Why readers end fetches themselves before they stop (streams/topics/reader.py).
        (fetcher.Fetcher.close, "self._fetch_task.cancel()"),
        (
            fetcher.Fetcher.close,
            "for x in self._pending_tasks:\n            x.cancel()\n            await x",
        ),
    ],
)
def test_lines_that_we_rely_on(code: Any, line: str) -> None:
    assert line in inspect.getsource(code)


def test_a_piece_of_a_result_is_taken_as_aiokafka_takes_all() -> None:
    source = inspect.getsource(OWN_RESULT.getall)
    for line in (
        "self.check_assignment(tp)",
        "self._update_position()",
        "_partition_records = None",
    ):
        assert line in source


def test_batches_have_what_is_asked_of_them() -> None:
    """Nothing else of a batch is looked at by aiokafka."""
    asked = set(re.findall(r"next_batch\.(\w+)", inspect.getsource(fetcher.PartitionRecords)))
    assert asked == {
        "validate_crc", "producer_id", "base_offset", "next_offset", "is_control_batch",
        "is_transactional",
    }  # fmt: skip


def test_every_consumer_is_made_where_batches_are_ours() -> None:
    made = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "streams").rglob("*.py")
        if re.search(r"AIOKafkaConsumer\(|Reader\(aiokafka", path.read_text("utf-8"))
    ]
    assert made == ["streams/topics/reader.py"]


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
