"""How a command ends that a signal ended."""

from __future__ import annotations

from typing import Final

INTERRUPTED: Final = 130
"""128 + SIGINT, as for any program that Ctrl-C ends."""
