"""Records as they stand in a file, held until their subject is judged."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import msgspec

from streams.core.events import EVENT_CLASSES
from streams.core.state import Fact, FactSource, Refusal
from streams.native.fields import read_by_place
from streams.native.library import LIBRARY

if TYPE_CHECKING:
    from streams.native._native import Pile


class Undecoded(msgspec.Struct, frozen=True, gc=False):
    """A record of a schema of ours: where it stands, and its bytes with their header.

    A value of msgspec's, whose fields C fills without a call.
    """

    file: str
    number: int
    value: bytes


Known = Fact | Refusal | Undecoded
"""What is known of a subject: its facts, and under which ids records were refused."""

Waiting: TypeAlias = "list[Known] | Pile"
"""All that is known of a subject before its turn; a pile, which C makes, is of records alone."""

# As the worker has it where it stores rows, which a check does not (`streams.wire.rows`).
read_by_place(LIBRARY, (*EVENT_CLASSES.values(), Fact, FactSource, Undecoded))
