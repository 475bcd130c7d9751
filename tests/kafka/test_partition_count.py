"""Partitions that were added to every topic: nobody goes on, whatever it owns."""

from __future__ import annotations

from streams.topics import admin_session, all_topics, create_topics
from tests.kafka.harness import Bus
from tests.kafka.stories import stories
from tests.kafka.test_refusals import REFUSED, refuses

NOTICES_AT_ONCE = """
import aiokafka
init = aiokafka.AIOKafkaConsumer.__init__
def quick(self, *given, **named):
    init(self, *given, **{**named, "metadata_max_age_ms": 300})
aiokafka.AIOKafkaConsumer.__init__ = quick
"""

OWNS_NEW_NUMBERS_ONLY = """
from streams.transport import faust_driver
faust_driver.shared_numbers = lambda topics, assigned: frozenset({2, 3})
"""


def test_a_changed_partition_count_is_refused_until_all_is_judged_again(bus: Bus) -> None:
    events = stories(10)
    with bus.worker(fault=NOTICES_AT_ONCE) as running:
        bus.send(*bus.events(events))
        bus.settle(running)
        with admin_session(bus.settings.connection) as client:
            client.create_partitions({topic.name: 4 for topic in all_topics(bus.settings)})
        assert running.ended() == REFUSED
        assert "partition" in running.text.splitlines()[-2]
    published = ("have 4 partitions", "was made for 2", "partitions grow --to 4")
    refuses(bus, *published, partitions=4)
    with bus.start("w2", fault=OWNS_NEW_NUMBERS_ONLY, partitions=4) as newcomer:
        assert newcomer.ended() == REFUSED
        assert all(word in newcomer.text for word in published)
    bus.settings = bus.settings.model_copy(update={"generation": 2, "partitions": 4})
    bus.names = bus.settings.topics
    create_topics(bus.settings)
    with bus.worker() as worker:
        bus.settle(worker)
    # Some people are led elsewhere now; their records followed them.
    assert bus.counters(*bus.names.inputs.values()).rekeyed > 0
    counters = bus.counters()
    assert counters.judged == len(events)
    assert counters.balanced
