"""The keyed pseudonym that all producing teams derive alike (GDPR 4(5)).

`p1-` and the first 40 hexadecimal digits of HMAC-SHA-256 over `consentry:p1:<kind>`, a
zero byte, and the normalised value in UTF-8. The kind is part of what is hashed, so that
a phone number and a customer id with the same digits give different pseudonyms. The `1`
names these rules: other rules would make other subjects of the same people.

Normalisation, also in docs/events.md with test vectors:
- e-mail: Unicode NFKC, blanks around it gone, all lower case, the domain in ASCII form
  (IDNA 2008 with the mapping of UTS 46), no final dot. Plus tags and dots in the local
  part stay: only the mail provider knows whether they mean another mailbox.
- phone: E.164. Blanks and `-./()` gone, `(0)` too; 00 is +; a single leading zero is the
  Netherlands; the wrong zero of +31 0 gone.
- customer id: Unicode NFC, blanks around it gone; case and leading zeros stay.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Callable, Mapping
from enum import Enum
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

import idna

from streams.errors import ConsentryError

MIN_KEY_BYTES = 32
"""As long as the hash: RFC 2104 discourages shorter keys."""

_VERSION = "p1"
_DIGITS = 40
"""160 bits: among a thousand million people two share one with a chance of 1 in 10^30."""

_BLOCK = 64
"""Bytes of a block of SHA-256."""
_INNER = bytes(byte ^ 0x36 for byte in range(256))
_OUTER = bytes(byte ^ 0x5C for byte in range(256))

_LOCAL = re.compile(r"[^\s@<>()\[\],;:\"\\]{1,64}")
_SEPARATORS = re.compile(r"[\s\-./()\u2010-\u2015]")
_TRUNK_ZERO = re.compile(r"\(0\)")
_E164 = re.compile(r"\+[1-9][0-9]{7,14}")
_DUTCH = re.compile(r"\+31(?:[1-9][0-9]{8}|97[0-9]{9})")
_DUTCH_WITHOUT_PLUS = re.compile(r"31[1-9][0-9]{8}")


class ValueKind(Enum):
    """What a pseudonym is derived from."""

    EMAIL = "email"
    PHONE = "phone"
    CUSTOMER_ID = "customer-id"


class NotNormalisable(ValueError):
    """The value is none of its kind. The message says why, without the value."""


def pseudonym(key: bytes, kind: ValueKind, value: str) -> str:
    """The subject id of a person. Raises NotNormalisable."""
    message = f"consentry:{_VERSION}:{kind.value}\0{normalise(kind, value)}".encode()
    return f"{_VERSION}-{hmac.digest(key, message, 'sha256').hex()[:_DIGITS]}"


class Pseudonymiser:
    """`pseudonym` for many values under one key: what of HMAC is the same for all is done once.

    RFC 2104 hashes the key before the message and after it; both beginnings are kept, and
    copied for each value. The key never shows.
    """

    def __init__(self, key: bytes) -> None:
        block = (hashlib.sha256(key).digest() if len(key) > _BLOCK else key).ljust(_BLOCK, b"\0")
        self._inner = hashlib.sha256(block.translate(_INNER))
        self._outer = hashlib.sha256(block.translate(_OUTER))

    def of_kind(self, kind: ValueKind) -> Callable[[str], str]:
        """A function that is `pseudonym` for values of one kind.

        It raises NotNormalisable, and UnicodeEncodeError for half characters.
        """
        normal = _NORMAL[kind]
        begun = self._inner.copy()
        begun.update(f"consentry:{_VERSION}:{kind.value}\0".encode())
        begin_inner, begin_outer = begun.copy, self._outer.copy

        def derive(value: str) -> str:
            inner = begin_inner()
            inner.update(normal(value).encode())
            outer = begin_outer()
            outer.update(inner.digest())
            return f"{_VERSION}-{outer.hexdigest()[:_DIGITS]}"

        return derive

    def of(self, kind: ValueKind, value: str) -> str:
        """As `pseudonym`. Raises NotNormalisable, and UnicodeEncodeError for half characters."""
        return self.of_kind(kind)(value)

    def __repr__(self) -> str:
        return "Pseudonymiser(...)"


def normalise(kind: ValueKind, value: str) -> str:
    """The one form of a value that is hashed. Raises NotNormalisable."""
    return _NORMAL[kind](value)


def _customer_id(value: str) -> str:
    customer_id = unicodedata.normalize("NFC", value).strip()
    if not customer_id:
        raise NotNormalisable("empty")
    return customer_id


def _email(value: str) -> str:
    # Every form of normalisation leaves ASCII as it is.
    plain = value if value.isascii() else unicodedata.normalize("NFKC", value)
    local, _, domain = plain.strip().lower().rpartition("@")
    if not _LOCAL.fullmatch(local):
        raise NotNormalisable("not one plain e-mail address, as name@example.nl")
    return f"{local}@{_ascii_domain(domain)}"


# Few domains have most people; one that is refused is not kept.
@lru_cache(maxsize=4096)
def _ascii_domain(domain: str) -> str:
    try:
        found = idna.encode(domain.removesuffix("."), uts46=True).decode().lower()
    except (idna.IDNAError, UnicodeError):
        raise NotNormalisable("the part after @ is no domain name") from None
    if "." not in found:
        raise NotNormalisable("the part after @ is no full domain name")
    return found


def _phone(value: str) -> str:
    text = _SEPARATORS.sub("", _TRUNK_ZERO.sub("", unicodedata.normalize("NFKC", value)))
    if text.startswith("00"):
        text = "+" + text[2:]
    elif text.startswith("0"):
        text = "+31" + text[1:]
    elif _DUTCH_WITHOUT_PLUS.fullmatch(text):
        text = "+" + text
    if text.startswith("+310"):
        text = "+31" + text[4:]
    if not _E164.fullmatch(text):
        raise NotNormalisable(
            "not a phone number: give it with + and the country code, or with a leading 0 for "
            "the Netherlands"
        )
    if text.startswith("+31") and not _DUTCH.fullmatch(text):
        raise NotNormalisable("a Dutch number has nine digits after +31")
    return text


_NORMAL: Mapping[ValueKind, Callable[[str], str]] = MappingProxyType(
    {ValueKind.EMAIL: _email, ValueKind.PHONE: _phone, ValueKind.CUSTOMER_ID: _customer_id}
)


def read_key(path: Path) -> bytes:
    """The key in a file: its bytes, without line breaks at the end. Raises ConsentryError."""
    try:
        key = path.read_bytes().rstrip(b"\r\n")
    except OSError as error:
        raise ConsentryError(
            f"the key file {path} cannot be read: {error.strerror}",
            "give the path of the file that your secret store writes",
        ) from None
    if len(key) < MIN_KEY_BYTES:
        raise ConsentryError(
            f"the key in {path} has {len(key)} bytes, fewer than {MIN_KEY_BYTES}",
            "make one, once for all teams: openssl rand -base64 32 > FILE && chmod 600 FILE",
        )
    return key


def is_exposed(path: Path) -> bool:
    """Whether others than the owner may read the file."""
    return bool(path.stat().st_mode & 0o077)
