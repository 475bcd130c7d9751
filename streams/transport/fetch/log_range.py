"""From where to where a log reaches, and what a position outside of it means.

A worker never goes on by itself at another offset than the one that it wants: records
would be passed over, or judged under the offsets of others (docs/adr/0040).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from aiokafka.structs import TopicPartition

from streams.errors import ConsentryError

if TYPE_CHECKING:
    from aiokafka import AIOKafkaConsumer


class LogRange(NamedTuple):
    """What the broker has of one partition: start <= offset < end.

    `end` is the last stable offset: up to where a `read_committed` reader may read.
    """

    start: int
    end: int

    def holds(self, position: int) -> bool:
        """Whether reading can go on at a position; the end is one, though nothing is there yet."""
        return self.start <= position <= self.end


def out_of_range(topic: str, partition: int, wanted: int, log: LogRange) -> ConsentryError:
    """The error for a position that the log does not hold, with what to do about it."""
    reach = f"the log reaches from {log.start} to {log.end} now"
    if wanted < log.start:
        return ConsentryError(
            f"{topic}, partition {partition}: the records from offset {wanted} up to "
            f"{log.start} were deleted before they were judged; {reach}",
            "Restore them, or set accept_lost_input to go on without them; the gap is then "
            "recorded with the state. Longer retention prevents this.",
        )
    return ConsentryError(
        f"{topic}, partition {partition}: offset {wanted} is the next to judge, and {reach}: "
        "the topic was deleted and created again, or the end of its log was lost "
        "(unclean leader election, a broker restored from a backup)",
        "Restore the topic from a backup, each record at its former offset. Otherwise stop all "
        "workers, `consentry facts export`, raise the setting `generation`, and `consentry facts "
        "import --from earliest`.",
    )


async def log_ranges(
    reader: AIOKafkaConsumer,
    topics: Sequence[str],
    changelog: str,
    numbers: Sequence[int],
) -> dict[int, dict[str, LogRange]]:
    """What the broker has of the topics, by partition number and topic.

    Asked over the changelog reader's connection: on the consumer's own, the answer waits
    behind a fetch that is held open for new records. The reader must be `read_committed`.
    """
    # All at once: aiokafka would ask for one unknown topic after another, 100 ms each.
    await reader._client.set_topics((*topics, changelog))
    places = [TopicPartition(topic, number) for number in numbers for topic in topics]
    starts = await reader.beginning_offsets(places)
    ends = await reader.end_offsets(places)
    found: dict[int, dict[str, LogRange]] = {number: {} for number in numbers}
    for place in places:
        found[place.partition][place.topic] = LogRange(starts[place], ends[place])
    return found
