"""What stands in the rows of events of which nothing was published, as most: shared by all.

Nobody changes it. Two empty dictionaries of its own would take 128 bytes of each event.
"""

from __future__ import annotations

from typing import Final

from streams.core.identifiers import RecipientId, Slot
from streams.core.state import Published, PublishedDuty

NOTHING_PUBLISHED: Final[dict[Slot, Published]] = {}
NO_DUTIES: Final[dict[RecipientId, PublishedDuty]] = {}
