"""The partition count that a group works with, held fast beside its committed offsets.

A subject's partition follows from the count, so the count of a group never changes. State
says which one it was made for; numbers without state (new ones, when partitions were
added) have none to ask. Each committed offset therefore carries the count as its
metadata, in the same transaction, and a worker that takes over any number looks at the
offsets of all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from streams.errors import ConsentryError

_DECLARATION = re.compile(r"partitions=([1-9][0-9]{0,5})(?:;.*)?", re.ASCII)


def declaration(count: int, installation: str = "") -> str:
    """The metadata of every offset that is committed.

    `installation` says whose group it is (`Installation.declaration`); releases before it
    was written had the count alone.
    """
    return f"partitions={count};{installation}" if installation else f"partitions={count}"


def declared(metadata: Iterable[str]) -> frozenset[int]:
    """The counts that metadata of offsets declares.

    Offsets that a tool of Kafka's set have other metadata, or none, and declare nothing.
    """
    found = map(_DECLARATION.fullmatch, metadata)
    return frozenset(int(match[1]) for match in found if match)


def unchanged(count: int, before: Iterable[int]) -> None:
    """Check that the topics have the count that the group worked with so far.

    Raises ConsentryError when partitions were added: the same person is led to another
    number than before, away from history and state.
    """
    others = sorted(set(before) - {count})
    if not others:
        return
    raise ConsentryError(
        f"the topics have {count} partitions, and the state of the group was made for "
        f"{others[0]}: people would be led to other partitions, away from their history and "
        "state",
        "Kafka cannot take partitions away again. Stop all workers; `consentry partitions grow "
        f"--to {count}` brings facts, findings and duties to that number, and judges nothing again "
        '(docs/operations.md, "Another number of partitions").',
    )
