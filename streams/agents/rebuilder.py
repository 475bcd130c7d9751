"""Publishing again what the rows of a partition number say: an output topic has lost it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from streams.core.findings import Duty, Finding
from streams.core.identifiers import SubjectKey, parse_subject_key
from streams.core.policy import Policy
from streams.core.restate import restate
from streams.transport.state.row_store import RowStore
from streams.wire.commands import Ongoing
from streams.wire.rows import CorruptRow, decode_any

ROWS_AT_ONCE: Final = 200
"""After so many rows it is asked whether others should have a turn."""

Publish = Callable[[Iterable[Finding], Iterable[Duty]], object]


class Rebuilder:
    """Walks the subjects of one partition number in the order of their places."""

    def __init__(self, rows: RowStore, policy: Policy) -> None:
        self._rows = rows
        self._policy = policy
        self._publish: Publish | None = None

    def into(self, publish: Publish) -> None:
        """What is found from here on goes there: to the batch at hand."""
        self._publish = publish

    def rebuild(self, key: SubjectKey | None, ongoing: Ongoing, publish: Publish) -> Iterator[None]:
        """Publish what stands of one person, or of all; after each step others may have a turn.

        After a restart it goes on at the place in `ongoing`; who stands there is published
        once more, which changes nothing. Raises CorruptRow.
        """
        self.into(publish)
        walk = ((b"", key),) if key is not None else self._rows.walk(ongoing.place)
        looked = 0
        for place, one in walk:
            ongoing.place = place
            # Rows may be others after a turn of somebody else, so none is kept over one.
            places = list(self._rows.rows_of(one))
            for first in range(0, len(places), ROWS_AT_ONCE):
                some = places[first : first + ROWS_AT_ONCE]
                looked += len(some)
                self._restate(one, some, ongoing)
                if looked >= ROWS_AT_ONCE:
                    looked = 0
                    yield
            ongoing.count("subjects", bool(places))

    def _restate(self, key: SubjectKey, places: Iterable[bytes], ongoing: Ongoing) -> None:
        identity = parse_subject_key(key)
        if identity is None:
            raise CorruptRow("belongs to no subject", key)
        rows = self._rows.rows_of(key)
        for place in places:
            stored = rows.get(place)
            if stored is None:
                continue
            findings, duties = restate(*identity, decode_any(stored, place), self._policy)
            ongoing.count("findings", len(findings))
            ongoing.count("duties", len(duties))
            assert self._publish is not None
            self._publish(findings, duties)
