"""What becomes of a record: events, what is ignored with a reason, what is rejected with one.

A record ends as one or more of these. Reasons name the map, paths, fields and types, never
values: a value can be personal.
"""

from __future__ import annotations

from typing import NoReturn

import msgspec

from streams.core.events import Event


class MappedEvent(msgspec.Struct, frozen=True, gc=False):
    """An event of Consentry, whole and valid, under a pseudonym.

    `rule` is the name of the entry `[[event]]` of the map that made it.
    """

    event: Event
    rule: str


class IgnoredItem(msgspec.Struct, frozen=True, gc=False):
    """A record, or an item of one, that is no event, as the map declares.

    `number` is the item's place in its list or object, from 0; None: the whole record.
    """

    reason: str
    rule: str | None = None
    number: str | None = None


class RejectedItem(msgspec.Struct, frozen=True, gc=False):
    """A record, or an item of one, that cannot be mapped: somebody must look at it.

    `path` is where in the record, in the map's words. `unmapped` says that the map has no
    word or row for the value there (`consentry ingest coverage` lists them).
    """

    reason: str
    rule: str | None = None
    number: str | None = None
    path: str | None = None
    unmapped: bool = False


Outcome = MappedEvent | IgnoredItem | RejectedItem


class Stopped(Exception):
    """Mapping of an item ends here. Never leaves `streams.ingest.mapping`.

    Made of the reason, the path or None, whether it rejects, and whether the value is unmapped.
    """

    @property
    def reason(self) -> str:
        """Why, in the map's words."""
        return str(self.args[0])

    def outcome(self, rule: str | None, number: str | None) -> Outcome:
        """As what the item counts."""
        reason, path, rejected, unmapped = self.args
        if rejected:
            return RejectedItem(reason, rule, number, path, unmapped)
        return IgnoredItem(reason, rule, number)


def ignore(reason: str, path: str | None = None) -> NoReturn:
    """End the item as ignored."""
    raise Stopped(reason, path, False, False)  # noqa: FBT003 - an exception takes no keywords


def reject(reason: str, path: str | None = None, *, unmapped: bool = False) -> NoReturn:
    """End the item as rejected."""
    raise Stopped(reason, path, True, unmapped)  # noqa: FBT003 - an exception takes no keywords


def too_many(each: str, most: int) -> NoReturn:
    """End the record, which has more items than an event can have."""
    reject(f"{each} has more than {most} items")
