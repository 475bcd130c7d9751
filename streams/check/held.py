"""Records as they stand in a file, held until their subject is judged."""

from __future__ import annotations

import msgspec

from streams.core.events import EVENT_CLASSES
from streams.core.state import Fact, FactSource, Refusal
from streams.native.fields import read_by_place
from streams.native.library import LIBRARY


class Undecoded(msgspec.Struct, frozen=True, gc=False):
    """A record of a schema of ours: where it stands, and its bytes with their header.

    A value of msgspec's, whose fields C fills without a call.
    """

    file: str
    number: int
    value: bytes


Known = Fact | Refusal | Undecoded
"""What is known of a subject: its facts, and under which ids records were refused."""

# As the worker has it where it stores rows, which a check does not (`streams.wire.rows`).
read_by_place(LIBRARY, (*EVENT_CLASSES.values(), Fact, FactSource, Undecoded))
