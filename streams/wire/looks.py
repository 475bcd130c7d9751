"""What raw personal values are called, and in which fields which of them are looked for.

In a module that is not compiled: mypyc drops what a class is declared with, and a look that
is not frozen is no key of a table. (Legal model 3.2, raw personal values.)
"""

from __future__ import annotations

from enum import Enum

import msgspec


class RawKind(Enum):
    """What kind of value was found, in words for a reason."""

    EMAIL = "an e-mail address"
    PHONE = "a phone number"
    POSTCODE = "a postcode with house number"
    BIRTH_DATE = "a birth date"
    BSN = "a citizen service number (BSN)"


class Look(msgspec.Struct, frozen=True):
    """What to look for in a text. Phone numbers always are."""

    email: bool = True
    """E-mail addresses as well; not in Message-IDs, which have their form (RFC 5322)."""
    rest: bool = True
    """Postcodes, birth dates and BSNs as well; not in ids, which may be long numbers."""
    dates_before: int = 9999
    """Dates from this year on are left out."""


EVERYTHING = Look()
IDENTIFIER = Look(rest=False)
MESSAGE_ID = Look(email=False, rest=False)
INSTANT = Look(dates_before=0)
"""A field that is an instant holds dates by right."""

VERSIONS_SINCE = 2016
"""Notices under the GDPR (adopted 27 April 2016) are often named by a date: `2024-05-01`."""
VERSION = Look(dates_before=VERSIONS_SINCE)
