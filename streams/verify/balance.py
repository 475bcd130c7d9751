"""The accounting: the worker's counters must add up, and agree with what the topics show."""

from __future__ import annotations

from collections.abc import Iterator

from streams.verify.input_span import InputSpan
from streams.verify.result import Difference, DifferenceKind, TopicBalance
from streams.wire.progress import Counters, Progress


def balance(
    progress: Progress, number: int, spans: list[InputSpan], ends: dict[str, int]
) -> list[TopicBalance]:
    """One line per topic. `spans` are empty when inputs were not read; `ends` are log ends."""
    read = {span.topic: span for span in spans}
    lines = []
    for topic, position in progress.positions.items():
        counters = progress.counters.get(topic, Counters())
        span = read.get(topic)
        end = ends.get(topic)
        lines.append(
            TopicBalance(
                topic=topic,
                partition=number,
                position=position,
                counted={name: getattr(counters, name) for name in counters.__struct_fields__},
                left=progress.subjects_left > 0,
                imported=progress.imported is not None,
                seen=span.seen if span else None,
                start=span.start if span else None,
                lag=None if end is None else max(0, end - position),
            )
        )
    return lines


def unbalanced(line: TopicBalance) -> Iterator[Difference]:
    """What does not add up in one line.

    Once subjects left (P20, P26), the topics cannot show what of their records was judged,
    met twice, or judged again when it was sent again; the sum they can. Releases before
    `not_assessed` was counted have those records among the judged. Where the log begins later than the state
    (`start` > 0), the topics can only show less than was counted. What another generation sends
    again of a record whose fact was imported is a replay here, and its first copy that the topics
    show.
    """
    counted = Counters(**line.counted)
    if not counted.balanced:
        yield _difference(line, f"{counted.read} records were read, and the rest adds up to less")
    seen = line.seen
    if seen is None or line.start is None:
        return
    again = counted.duplicates + counted.replays
    judged = counted.judged + counted.not_assessed
    # What is not judged is reported record by record.
    shown = seen.judged + seen.not_assessed + seen.not_judged
    pairs = {
        "read": (counted.read, seen.read),
        "re-keyed": (counted.rekeyed, seen.rekeyed),
        "dead-lettered": (counted.dead_lettered, seen.dead_lettered),
    }
    if line.left or counted.expired or seen.left:
        pairs["judged, not assessed, duplicate or expired"] = (
            judged + again + counted.expired,
            shown + seen.duplicates + seen.left,
        )
    else:
        pairs["judged or not assessed"] = judged + counted.replays * line.imported, shown
        pairs["duplicates"] = again, seen.duplicates
        if counted.not_assessed > seen.not_assessed and line.start == 0:
            yield _difference(
                line,
                f"not assessed: the worker counted {counted.not_assessed}, the topic shows "
                f"{seen.not_assessed}",
            )
    # A record that was read twice is counted twice.
    whole = line.start == 0 and counted.replays == 0
    for name, (worker, topics) in pairs.items():
        if worker < topics or (whole and worker != topics):
            beside = "shows" if whole else "still shows"
            yield _difference(
                line, f"{name}: the worker counted {worker}, the topic {beside} {topics}"
            )


def _difference(line: TopicBalance, what: str) -> Difference:
    return Difference(
        kind=DifferenceKind.UNBALANCED, topic=line.topic, partition=line.partition, what=what
    )
