"""A record that is set aside is named in the worker's log, with its producer's trace."""

from __future__ import annotations

from tests.kafka.harness import Bus, Sent

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


def test_the_log_leads_from_a_dead_letter_to_the_producers_trace(bus: Bus) -> None:
    header = f"00-{TRACE}-00f067aa0ba902b7-01".encode()
    with bus.worker() as worker:
        bus.send(
            Sent(
                topic=bus.names.data_share,
                key=b"k",
                value=b"not an event: jan@example.nl",
                partition=0,
                headers=[("traceparent", header)],
            )
        )
        said = worker.wait_for("records.set_aside")
        assert said["trace_ids"] == [TRACE]
        assert (said["topic"], said["partition"], said["offset"]) == (bus.names.data_share, 0, 0)
        assert said["count"] == 1
        assert "jan@example.nl" not in worker.text
