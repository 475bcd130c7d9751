"""The catalogue: an entry for every code, a file for each part of it (legal model 4.6)."""

from __future__ import annotations

from typing import Final

from streams.core.codes import (
    consent_scope,
    consent_validity,
    duties,
    message_basis,
    message_extras,
    share_basis,
    share_extras,
    soft_opt_in,
)
from streams.core.codes.catalogue import Citation, CodeEntry
from streams.core.vocabulary import Code

_PARTS: Final = (
    *share_basis.CODES,
    *consent_scope.CODES,
    *consent_validity.CODES,
    *share_extras.CODES,
    *message_basis.CODES,
    *soft_opt_in.CODES,
    *message_extras.CODES,
    *duties.CODES,
)
_BY_NAME: Final = {entry.name: entry for entry in _PARTS}

CODES: Final[dict[Code, CodeEntry]] = {code: _BY_NAME[code] for code in Code}
"""Every code with its entry, in the order of the catalogue."""


def entry_of(code: str) -> CodeEntry | None:
    """The entry of a code as published; None where a newer release published it."""
    return CODES[Code(code)] if code in CODES else None


__all__ = ["CODES", "Citation", "CodeEntry", "entry_of"]
