"""Who is who: pseudonyms of one person that come from different kinds of value.

An e-mail tool knows an address, a CDP a customer number, a call centre a phone number: three
pseudonyms, and for Consentry three subjects. The identity table says which belong together.
It holds pseudonyms only.

What follows is careful in both directions (GDPR 5(1)(d), 7(3)): a grant goes to the person's
canonical subject alone; a negative signal goes to every key that is known. A key that stands
with two people (a family's phone number) leads to no canonical subject: a grant under it
stays under it, and a negative signal under it goes to all of them, unless the record has
another key that says who it is.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from streams.core.identifiers import id_fault
from streams.errors import ConsentryError
from streams.settings.text import text_of
from streams.wire.looks import EVERYTHING
from streams.wire.pii import raw_kind

KINDS: Final = ("customer-id", "email", "phone")
_REMEDY: Final = "docs/ingest.md describes the identity table: pseudonyms, one person per line."


class Identities:
    """The identity table: from any pseudonym to those of the same person."""

    def __init__(self, people: Iterable[Sequence[str]] = ()) -> None:
        """`people`: the pseudonyms of each person, the canonical one first."""
        self.people: dict[str, dict[str, int]] = {}
        self._people_of: dict[str, dict[str, int]] = {}
        self._of_entry: dict[str, tuple[str, ...]] = {}
        for keys in people:
            self.add(keys)

    def add(self, keys: Sequence[str]) -> None:
        """Add keys of a person; the first is canonical. Known ones stay."""
        self._count(keys, 1)

    def put(self, entry: str, keys: Sequence[str]) -> None:
        """Set what an entry says of a person, in place of what it said before.

        Several entries may be about one person: a key stays while one of them holds it.
        """
        self.remove(entry)
        self._of_entry[entry] = tuple(keys)
        self._count(keys, 1)

    def remove(self, entry: str) -> None:
        """Take away what an entry says; nothing where there is none."""
        keys = self._of_entry.pop(entry, None)
        if keys is not None:
            self._count(keys, -1)

    def _count(self, keys: Sequence[str], change: int) -> None:
        """Count how many entries say that each key is this person's; 0 is gone."""
        canonical = keys[0]
        for key in keys:
            for table, holder, held in (
                (self.people, canonical, key),
                (self._people_of, key, canonical),
            ):
                counts = table.setdefault(holder, {})
                counts[held] = counts.get(held, 0) + change
                if not counts[held]:
                    del counts[held]
                if not counts:
                    del table[holder]

    def canonical(self, keys: Sequence[str]) -> str:
        """The canonical subject of the person with these keys, of which the first is the record's.

        The first key that is one person's decides; where there is none, the first key itself is
        the subject.
        """
        for key in keys:
            people = self._people_of.get(key)
            if people is not None and len(people) == 1:
                return next(iter(people))
        return keys[0]

    def every_key(self, keys: Iterable[str]) -> tuple[str, ...]:
        """The keys, each of which stands once, and all others of the people that they stand with.

        A key that several people share leads to them only where no other key says who it is.
        """
        if not self.people:
            return tuple(keys)
        found = dict.fromkeys(keys)
        people = [self._people_of.get(key, {}) for key in found]
        certain = [one for one in people if len(one) == 1]
        for some in certain or people:
            for person in some:
                found.update(dict.fromkeys(self.people[person]))
        return tuple(found)

    def __len__(self) -> int:
        """How many people there are."""
        return len(self.people)


def load_identities(path: Path) -> Identities:
    """Read a CSV file: a header of kinds, best first, then one person per line.

    The first filled cell of a line is the canonical subject; a cell may hold several
    pseudonyms, apart by blanks. Raises ConsentryError, naming lines and never values.
    """
    text = text_of(path, str(path), _REMEDY)
    identities = Identities()
    problems: list[str] = []
    reader = csv.reader(text.splitlines(), strict=True)
    try:
        header = [cell.strip() for cell in next(reader, [])]
        if not header or not set(header) <= set(KINDS) or len(set(header)) < len(header):
            raise ConsentryError(
                f"{path}:1: the header is not made of {', '.join(KINDS)}, each once", _REMEDY
            )
        for cells in reader:
            keys = [key for cell in cells for key in cell.split()]
            fault = _fault(keys, cells, header)
            if fault is not None:
                problems.append(f"{path}:{reader.line_num}: {fault}")
            elif keys:
                identities.add(keys)
    except csv.Error as error:
        raise ConsentryError(f"{path}:{reader.line_num}: no CSV: {error}", _REMEDY) from None
    if problems:
        raise ConsentryError(
            f"the identity table has {len(problems)} lines that are none:", _REMEDY,
            problems=problems[:20],
        )  # fmt: skip
    return identities


def _fault(keys: Sequence[str], cells: Sequence[str], header: Sequence[str]) -> str | None:
    if len(cells) > len(header):
        return f"{len(cells)} cells under {len(header)} columns"
    return keys_fault(keys)


def keys_fault(keys: Sequence[str]) -> str | None:
    """What is wrong with pseudonyms of a person, quoting none; None where nothing is."""
    for key in keys:
        if len(key) > 200 or id_fault(key) is not None:
            return "a pseudonym is not written as ids are (docs/events.md)"
        kind = raw_kind(key, EVERYTHING)
        if kind is not None:
            return f"it holds {kind.value} where a pseudonym belongs"
    return None
