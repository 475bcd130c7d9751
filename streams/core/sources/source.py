"""What a source is: a law, judgment or statement of a regulator that the norm rests on."""

from __future__ import annotations

import msgspec


class LegalSource(msgspec.Struct, frozen=True, kw_only=True):
    """A source of the norm, and what of it was checked.

    `id` is its name in docs/legal-model.md. `address` is that of the text itself where it is
    known, else of the publisher, where `title` finds it. `cited_as` are the words by which
    citations of findings and settings name it. `checked` is the day (ISO 8601) on which the
    statements that the norm takes from it were compared with a text or a report; None: never.
    `extent` says what was checked, in which text, or what is left to check.
    """

    id: str
    title: str
    address: str
    cited_as: tuple[str, ...] = ()
    checked: str | None = None
    extent: str = ""

    def status(self) -> str:
        """Whether and how far it was checked, in words."""
        when = "not checked" if self.checked is None else f"checked {self.checked}"
        return f"{when}: {self.extent}" if self.extent else when
