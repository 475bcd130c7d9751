"""The catalogue: an entry for every code, a file for each part of it (legal model 4.6)."""

from __future__ import annotations

from typing import Final

from streams.core.codes import duties, messages, share_basis, share_consent, share_extras
from streams.core.codes.catalogue import Citation, CodeEntry
from streams.core.vocabulary import Code

CODES: Final[dict[Code, CodeEntry]] = {
    entry.name: entry
    for part in (share_basis, share_consent, share_extras, messages, duties)
    for entry in part.CODES
}
"""Every code with its entry, in the order of the catalogue."""


def entry_of(code: str) -> CodeEntry | None:
    """The entry of a code as published; None where a newer release published it."""
    return CODES[Code(code)] if code in CODES else None


__all__ = ["CODES", "Citation", "CodeEntry", "entry_of"]
