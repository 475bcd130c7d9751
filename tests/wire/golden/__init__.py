"""Golden bytes, as hexadecimal text in lines of 64 digits."""

from __future__ import annotations

from pathlib import Path


def golden(name: str) -> bytes:
    """The bytes that a released version wrote."""
    return bytes.fromhex((Path(__file__).parent / f"{name}.hex").read_text("ascii"))
