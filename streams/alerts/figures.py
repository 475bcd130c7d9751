"""Numbers, spans of time and paces in words, in English and Dutch."""

from __future__ import annotations

from typing import Final

from streams.siem.producer import Language

_NL: Final = Language.NL

_SPANS: Final = (
    (86_400, ("day", "days"), ("dag", "dagen")),
    (3_600, ("hour", "hours"), ("uur", "uur")),
    (60, ("minute", "minutes"), ("minuut", "minuten")),
    (1, ("second", "seconds"), ("seconde", "seconden")),
)
_PACE_FROM: Final = 10
_PACE_UP_TO_MS: Final = 3_600_000


def number(count: int, language: Language) -> str:
    """`10,000`, in Dutch `10.000`."""
    text = f"{count:,}"
    return text.replace(",", ".") if language is _NL else text


def span(milliseconds: int, language: Language) -> str:
    """`5 seconds`, `2 hours`: in the largest unit of which there are two, rounded."""
    seconds = max(1, round(milliseconds / 1000))
    for size, english, dutch in _SPANS:
        if seconds >= 2 * size or size == 1:
            units = round(seconds / size)
            return f"{number(units, language)} {(dutch if language is _NL else english)[units > 1]}"
    raise AssertionError(seconds)


def pace(count: int, milliseconds: int, language: Language) -> str:
    """`in 5 seconds, about 2,000 a minute`; empty where nothing can be said.

    The pace, of two digits, stands there for ten and more within an hour.
    """
    if count < 2 or milliseconds < 0:
        return ""
    text = f"in {span(milliseconds, language)}"
    if count < _PACE_FROM or not 1_000 <= milliseconds <= _PACE_UP_TO_MS:
        return text
    a_minute = round(count * 60_000 / milliseconds)
    digits = max(0, len(str(a_minute)) - 2)
    shown = number(round(a_minute, -digits), language)
    if language is _NL:
        return f"{text}, ongeveer {shown} per minuut"
    return f"{text}, about {shown} a minute"
