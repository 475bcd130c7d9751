"""Recognises raw personal values in one text (legal model 4.6, Q02).

A value counts as a whole token only: it stands alone, between blanks, list punctuation,
quotes or brackets. A run of digits inside a UUID, a hexadecimal pseudonym or a base64
text is no token, so pseudonyms do not trip.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from streams.wire.looks import Look, RawKind

# A token ends where none of these stands; a full stop ends it unless more follows.
_BEFORE = r"(?<![\w\-./\\+@#$%&*~^])"
_AFTER = r"(?![\w\-/\\+@#$%&*~^])(?!\.\w)"
_GAP = r"[ .\-]?"

# Ten digits from 0, in any usual grouping: 0612345678, 06-12345678, 020 123 4567, (020) 1234567.
_NATIONAL = rf"0[1-9](?:{_GAP}[0-9]){{8}}|\(0[1-9][0-9]{{1,2}}\)(?:{_GAP}[0-9]){{6,7}}"
# + and 8 to 15 digits, or 0031 and nine. Each separator can match in one way only: where it
# could in two, a long text of digits and blanks would take hours.
_INTERNATIONAL = (
    rf"\+[1-9](?:(?:[ .\-]|[ .\-]?\(0\)[ .\-]?)?[0-9]){{7,14}}"
    rf"|0031{_GAP}(?:\(0\))?[1-9](?:{_GAP}[0-9]){{8}}"
)
# Without the plus, and with 00 for any country: too much like a number for a producer's id.
_BARE = r"31[1-9][0-9]{8}|00[1-9][0-9]{9,12}"
_LETTERS = r"(?!S[ADS])[A-Z]{2}"
_ANY_LETTERS = r"(?![Ss][AaDdSs])[A-Za-z]{2}"
_HOUSE = r"[1-9][0-9]{0,4}(?:[ \-]?[A-Za-z]{1,3}|-[0-9]{1,4})?"
_POSTCODE = (
    rf"[1-9][0-9]{{3}} ?{_LETTERS}(?:, ?| |-)?{_HOUSE}"
    rf"|[1-9][0-9]{{3}} ?{_ANY_LETTERS}(?:, ?| ){_HOUSE}"
    rf"|{_HOUSE}(?:, ?| )[1-9][0-9]{{3}} ?{_LETTERS}"
)
_DATE = (
    r"(?P<y1>(?:19|20)[0-9]{2})-(?P<m1>[0-9]{2})-(?P<d1>[0-9]{2})(?![ T][0-9]{1,2}:[0-9]{2})"
    r"|(?P<d2>[0-9]{1,2})-(?P<m2>[0-9]{1,2})-(?P<y2>(?:19|20)[0-9]{2})"
    r"|(?P<d3>[0-9]{1,2})/(?P<m3>[0-9]{1,2})/(?P<y3>(?:19|20)[0-9]{2})"
)
# Nine digits, plain or grouped. Eight are not taken for a BSN that lost its zero: numbers
# of the trade register (KvK) have eight, and one in eleven of them would pass the test.
_BSN = r"[0-9]{9}|[0-9]{3}([. ])[0-9]{3}\1[0-9]{3}|[0-9]{4}([. ])[0-9]{2}\2[0-9]{3}"


def _token(first: str, pattern: str) -> re.Pattern[str]:
    """The pattern as a whole token. `first` holds all that it can begin with: a fast first look."""
    return re.compile(f"(?=[{first}]){_BEFORE}(?:{pattern}){_AFTER}")


_PHONE_IN_ID = _token("0+(", f"{_NATIONAL}|{_INTERNATIONAL}")
_PHONE = _token("03+(", f"{_NATIONAL}|{_INTERNATIONAL}|{_BARE}")
_POSTCODES = _token("1-9", _POSTCODE)
_DATES = _token("0-9", _DATE)
_BSNS = _token("0-9", _BSN)

LONGEST_IN_A_RUN: Final = 24
"""No value without blanks, dots, slashes, brackets or a plus has more characters: a Dutch phone
number with 0031 and a hyphen before each digit has 22, a postcode with house number 17."""

# What such a value looks like, and others do too: digits, or four of them and then a postcode.
_LIKE_A_VALUE = re.compile(r"[0-9\-]+|[1-9][0-9]{3}[A-Za-z]{2}-?[1-9][0-9A-Za-z\-]*")

# Every value but an e-mail address has two digits within three characters: a fast first look.
_DIGITS = re.compile(r"[0-9][ .\-/()]{0,2}[0-9]")
_AT = re.compile(r"@|%40")
_DOMAIN = re.compile(
    r"(?:[^\W_](?:[\w\-]{0,62})\.)+(?:[^\W\d_]{2,63}|xn--[a-z0-9\-]{1,59})(?![\w\-])"
)
_LOCAL_END = re.compile(r"[\w!#$%&'*+/=?^`{|}~\-\"]")


def plainly_clean(text: str) -> bool:
    """Whether a text is one run of letters, digits, `_` and `-` that has not the form of a value.

    Such a text holds no raw value of any kind, and no control character: there is no @ in
    it, and only the whole of it can be a token. None begins with a letter; pseudonyms in
    hexadecimal digits, UUIDs and ULIDs are longer than any.
    """
    if not text.isascii():
        return False
    run = text.replace("-", "")
    if run.isidentifier():
        return True
    if not run or not f"_{run}".isidentifier():
        return False
    return len(text) > LONGEST_IN_A_RUN or _LIKE_A_VALUE.fullmatch(text) is None


def raw_kind(text: str, look: Look) -> RawKind | None:
    """The first kind of raw value that the text holds as a whole token, or None."""
    return None if plainly_clean(text) else examine(text, look)


def examine(text: str, look: Look) -> RawKind | None:
    """As `raw_kind`, without its first look."""
    if look.email and ("@" in text or "%40" in text) and _has_email(text):
        return RawKind.EMAIL
    if not _DIGITS.search(text):
        return None
    if not look.rest:
        return RawKind.PHONE if _PHONE_IN_ID.search(text) else None
    if _PHONE.search(text):
        return RawKind.PHONE
    if _POSTCODES.search(text):
        return RawKind.POSTCODE
    if _has_birth_date(text, look.dates_before):
        return RawKind.BIRTH_DATE
    if any(passes_eleven_test(match.group()) for match in _BSNS.finditer(text)):
        return RawKind.BSN
    return None


def _has_email(text: str) -> bool:
    """Looks at each @ only, so that a long text without a domain costs no more than its length."""
    for at in _AT.finditer(text):
        start = at.start()
        if start and _LOCAL_END.match(text, start - 1) and _DOMAIN.match(text, at.end()):
            return True
    return False


def _has_birth_date(text: str, before: int) -> bool:
    for match in _DATES.finditer(text):
        first, second, third = (int(part) for part in match.groups() if part is not None)
        if match["y1"] is not None:
            year, valid = first, _is_date(first, second, third)
        else:
            # Day, month, year; the American order of the first two is a birth date as well.
            year = third
            valid = _is_date(year, second, first) or _is_date(year, first, second)
        if valid and year < before:
            return True
    return False


def _is_date(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def passes_eleven_test(text: str) -> bool:
    """Whether nine digits, grouped or not, can be a BSN: 9a+8b+...+2h-i divides by 11."""
    digits = [int(char) for char in text if char.isdigit()]
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    total = sum(weight * digit for weight, digit in zip(weights, digits, strict=True))
    return any(digits) and total % 11 == 0
