"""Secrets of senders, each from a file of its own; one that anybody could guess is refused."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

MIN_CHARS: Final = 16
"""An HMAC key or token that is shorter can be guessed; vendors make 20 and more."""

MIN_DIFFERENT: Final = 6
"""Characters that differ; `aaaaaaaaaaaaaaaa` is long and no secret."""

_PLACEHOLDER: Final = re.compile(
    r"change.?(me|this|it)|your.?(own|secret|token|key|password)|place.?holder|replace|example"
    r"|to.?do\b|dummy|sample|xxxx|\*\*\*|^<.*>$|[$%{]\{.*\}|^(secret|password|token|test|key)[\d_-]*$",
    re.IGNORECASE,
)


class UnusableSecretError(ValueError):
    """A file holds no secret to go by; the text names no part of it."""


def read_secret(path: Path, *, min_chars: int = MIN_CHARS) -> str:
    """The one line that a file holds.

    Raises UnusableSecretError where the file cannot be read, holds more than a line, or
    something that stands for a secret in an example.
    """
    text = read_line(path)
    if _PLACEHOLDER.search(text):
        raise UnusableSecretError("the file holds a placeholder, not a secret")
    if len(text) < min_chars:
        raise UnusableSecretError(f"the secret has fewer than {min_chars} characters")
    if len(set(text)) < MIN_DIFFERENT:
        raise UnusableSecretError(f"the secret has fewer than {MIN_DIFFERENT} different characters")
    return text


def read_line(path: Path) -> str:
    """The same without asking how good it is, as for a user's name or a public key."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise UnusableSecretError(f"the file is unreadable: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UnusableSecretError("the file holds no text") from None
    text = text.removesuffix("\n").removesuffix("\r")
    if not text:
        raise UnusableSecretError("the file is empty")
    if "\n" in text or text != text.strip() or not text.isprintable():
        raise UnusableSecretError(
            "the file must hold one line, without blanks at its ends: each secret has a file"
        )
    return text
