"""What senders ask before they send: is this address really the one that was meant?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from streams.receive.checks.check import same
from streams.receive.load import Source
from streams.receive.refusal import RefusalReason, RequestRefused

# It goes back as it came, so nothing in it may mean anything to a browser.
_PLAIN: Final = re.compile(r"[A-Za-z0-9._~=+/-]{1,256}")


def methods(source: Source) -> tuple[str, ...]:
    """The methods that a source answers."""
    asked = {"none": (), "ping": ("GET", "HEAD"), "echo": ("GET",), "hub": ("GET",)}
    return ("POST", *asked[source.options.challenge])


def answer(source: Source, query: Mapping[str, str]) -> str:
    """The text that a sender wants to see. Raises RequestRefused where it asks for something else."""
    match source.options.challenge:
        case "ping":
            return ""
        case "echo":
            return _plain(query.get("challenge"))
        case "hub":
            given = query.get("hub.verify_token", "").encode("utf-8", "replace")
            if query.get("hub.mode") != "subscribe" or not same(given, source.verify_tokens):
                raise RequestRefused(RefusalReason.CHALLENGE)
            return _plain(query.get("hub.challenge"))
        case "none":
            raise RequestRefused(RefusalReason.METHOD)


def _plain(text: str | None) -> str:
    if text is None or not _PLAIN.fullmatch(text):
        raise RequestRefused(RefusalReason.CHALLENGE)
    return text
