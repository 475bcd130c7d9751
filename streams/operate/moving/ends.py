"""Where topics end as an import begins: what is written later is read, however long it takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from streams.settings import Settings
from streams.verify.bus import LiveBus
from streams.verify.pace import Pace
from streams.wire.progress import Progress

Ends = Mapping[str, tuple[int, ...]]
"""By topic, the end of each partition number."""


async def ends_now(settings: Settings, count: int) -> Ends:
    """The ends of all topics that are judged. What an open transaction holds lies behind them.

    Raises ConsentryError where the broker gives none.
    """
    async with LiveBus(settings, Pace(None)) as bus:
        return {
            topic: tuple([await bus.end(topic, number) for number in range(count)])
            for topic in settings.topics.judged
        }


def first_ends(states: Iterable[Progress], now: Ends) -> Ends:
    """Those of the run that began the import, where one did and was interrupted; else `now`."""
    begun = (one.imported.ends for one in states if one.imported is not None)
    return next((ends for ends in begun if ends), now)
