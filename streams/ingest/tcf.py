"""IAB TCF strings (Transparency and Consent Framework 2.2 and 2.3), read strictly.

Layout: the technical specification of consent strings, version 2, as reviewed for TCF 2.3. A
string that is cut short reads, with lenient readers, as one with fewer choices or vendors:
here each segment must be used up, but for zero bits that fill it to whole bytes or groups.
"""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from typing import Final

import msgspec

from streams.core.instants import Instant, parse_instant

VERSION: Final = 2
LEAST_POLICY: Final = 4
"""TCF 2.2: legitimate interest is no basis for purposes 3 to 6 any more."""
POLICY_2_3: Final = 5
MUST_BE_2_3: Final = parse_instant("2026-03-01T00:00:00Z")
"""After 28 February 2026 a string follows TCF 2.3: the vendors that were shown are in it."""
MOST_CHARACTERS: Final = 20_000
MOST_VENDORS: Final = 65_535

STORAGE: Final = 1
ADVERTISING_PROFILE: Final = 3
PERSONALISED_ADS: Final = 4
NEEDED: Final = frozenset({STORAGE, ADVERTISING_PROFILE, PERSONALISED_ADS})
"""Purposes without which data are not matched with an advertising audience."""

_DISCLOSED: Final = 1
_PUBLISHER: Final = 3
_NOT_ALLOWED: Final = 0
_REQUIRE_LEGITIMATE_INTEREST: Final = 2
_FILLING: Final = 24
"""Bits: encoders fill a segment with zeros to whole bytes, or to whole groups of four signs."""


class Restriction(msgspec.Struct, frozen=True):
    """What the publisher allows for a purpose: 0 not at all, 1 with consent, 2 on interest only.

    `vendors` are ranges: a string of a few kilobytes can name all vendors a thousand times.
    """

    purpose: int
    kind: int
    vendors: tuple[range, ...]


class TcfString(msgspec.Struct, frozen=True, kw_only=True):
    """A consent string. `disclosed` is None where it does not say which vendors were shown."""

    created: Instant
    updated: Instant
    policy: int
    service_specific: bool
    purposes: frozenset[int]
    interests: frozenset[int]
    vendors: frozenset[int]
    vendor_interests: frozenset[int]
    restrictions: tuple[Restriction, ...]
    disclosed: frozenset[int] | None
    publisher_purposes: frozenset[int]

    def fault(self) -> str | None:
        """Why the string is none to go by, in words; None: it is one."""
        if self.policy < LEAST_POLICY:
            return f"it follows policy {self.policy}, before TCF 2.2"
        if self.disclosed is None:
            return "it does not say which vendors were shown"
        if self.policy < POLICY_2_3 and self.updated >= MUST_BE_2_3:
            return "it follows TCF 2.2, and is of a day after its end (28 February 2026)"
        return None

    def consents(self, vendor: int) -> bool:
        """Whether there is consent to advertising by this vendor. Interests never grant."""
        return (
            self.purposes >= NEEDED
            and vendor in self.vendors
            and self.disclosed is not None
            and vendor in self.disclosed
            and not any(
                vendor in some
                for one in self.restrictions
                for some in one.vendors
                if one.purpose in NEEDED
                and one.kind in {_NOT_ALLOWED, _REQUIRE_LEGITIMATE_INTEREST}
            )
        )


def read_tcf(text: str) -> TcfString:
    """Read a string. Raises ValueError with what is wrong, without the string."""
    if len(text) > MOST_CHARACTERS:
        raise ValueError("it is longer than any consent string")
    core, *others = text.split(".")
    bits = _Bits(core)
    if bits.number(6) != VERSION:
        raise ValueError("it is of another version than 2")
    found = _core(bits)
    seen: set[int] = set()
    for other in others:
        segment = _Bits(other)
        kind = segment.number(3)
        if kind not in {_DISCLOSED, _PUBLISHER} or kind in seen:
            raise ValueError("it has a segment that is unknown, outdated, or there twice")
        seen.add(kind)
        if kind == _DISCLOSED:
            found["disclosed"] = segment.vendors()
        else:
            found["publisher_purposes"] = segment.flags(24)
            segment.flags(24)
            custom = segment.number(6)
            segment.skip(2 * custom)
        segment.end()
    return TcfString(**found)  # type: ignore[arg-type]


def _core(bits: _Bits) -> dict[str, object]:
    found: dict[str, object] = {
        "created": bits.instant(),
        "updated": bits.instant(),
        "disclosed": None,
        "publisher_purposes": frozenset[int](),
    }
    bits.skip(12 + 12 + 6 + 12 + 12)  # CMP and its version, screen, language, vendor list
    found["policy"] = bits.number(6)
    found["service_specific"] = bool(bits.number(1))
    bits.skip(1 + 12)  # non-standard texts, special features
    found["purposes"] = bits.flags(24)
    found["interests"] = bits.flags(24)
    bits.skip(1 + 12)  # purpose one treatment, country
    found["vendors"] = bits.vendors()
    found["vendor_interests"] = bits.vendors()
    found["restrictions"] = tuple(
        Restriction(bits.number(6), bits.number(2), tuple(bits.ranges()))
        for _ in range(bits.number(12))
    )
    bits.end()
    return found


class _Bits:
    """The bits of a segment, read from the left. Every read raises ValueError at the end."""

    def __init__(self, text: str) -> None:
        if not text or len(text) % 4 == 1:
            raise ValueError("it is cut short: a segment has no such length")
        try:
            content = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        except (binascii.Error, ValueError):
            raise ValueError("it is no base64 text") from None
        if not text.replace("-", "").replace("_", "").isalnum() or not text.isascii():
            raise ValueError("it is no base64 text")  # the decoder passes other signs over
        self._bits = int.from_bytes(content, "big")
        self._left = len(content) * 8

    def number(self, width: int) -> int:
        """The next bits as a number."""
        self._left -= width
        if self._left < 0:
            raise ValueError("it is cut short: a segment ends before its last field")
        return self._bits >> self._left & (1 << width) - 1

    def skip(self, width: int) -> None:
        """Pass over bits."""
        self.number(width)

    def flags(self, width: int) -> frozenset[int]:
        """The numbers, from 1, of the bits that are set."""
        bits = f"{self.number(width):0{width}b}"
        return frozenset(n for n, bit in enumerate(bits, 1) if bit == "1")

    def instant(self) -> Instant:
        """Tenths of a second since 1970."""
        return Instant(self.number(36) * 100)

    def vendors(self) -> frozenset[int]:
        """A set of vendors, as bits or as ranges up to the highest id."""
        highest = self.number(16)
        if not self.number(1):
            return self.flags(highest)
        found = frozenset[int]().union(*self.ranges())
        if max(found, default=0) > highest:
            raise ValueError("it names a vendor beyond its highest")
        return found

    def ranges(self) -> Iterator[range]:
        """Ranges of vendors, also of one; no more vendors than there can be."""
        left = MOST_VENDORS
        for _ in range(self.number(12)):
            is_range = self.number(1)
            first = self.number(16)
            last = self.number(16) if is_range else first
            left -= last - first + 1
            if not 0 < first <= last or left < 0:
                raise ValueError("it has a range of vendors that is none")
            yield range(first, last + 1)

    def end(self) -> None:
        """Nothing but filling may be left."""
        if self._left >= _FILLING or self.number(self._left):
            raise ValueError("a segment is longer than its fields")
