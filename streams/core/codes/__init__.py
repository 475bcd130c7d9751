"""The 44 codes, a file for each part of the catalogue."""

from __future__ import annotations

from streams.core.codes import duties, messages, share_basis, share_consent, share_extras
from streams.core.codes.catalogue import Citation, Code

CODES: dict[str, Code] = {
    code.name: code
    for part in (share_basis, share_consent, share_extras, messages, duties)
    for code in part.CODES
}
"""Every code by its name, in the order of the catalogue."""

__all__ = ["CODES", "Citation", "Code"]
