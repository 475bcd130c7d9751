"""The worker over TLS with a login, and what it says when the login is refused."""

from __future__ import annotations

from typing import Any

from streams.dev.broker import LocalBroker
from tests.conftest import SECURE_PASSWORD, SECURE_USER
from tests.kafka.harness import Bus
from tests.kafka.stories import expected, stories
from tests.kafka.test_worker import now


def test_a_worker_logs_in_with_scram_over_tls(secure_kafka: LocalBroker, unique: str) -> None:
    events = stories(3)
    login: dict[str, Any] = {
        "security_protocol": "SASL_SSL",
        "ssl_ca_file": secure_kafka.ca_file,
        "sasl_username": SECURE_USER,
        "sasl_password": SECURE_PASSWORD,
    }
    with Bus(secure_kafka.secure_bootstrap, unique, **login) as bus:
        with bus.worker() as worker:
            bus.send(*bus.events(events))
            bus.settle(worker)
            # Deadlines need ticks, which Faust's own producer writes.
            bus.comes_to(expected(events, now()))
            assert SECURE_PASSWORD not in worker.text
        with bus.start(sasl_password="wrong-one") as refused:
            assert refused.ended() == 2
            assert refused.text.startswith("error: ")
            assert "wrong-one" not in refused.text
            assert "Traceback" not in refused.text
