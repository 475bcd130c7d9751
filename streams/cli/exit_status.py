"""Exit codes that several commands have in common."""

from __future__ import annotations

from typing import Final

INTERRUPTED: Final = 130
"""128 + SIGINT, as for any program that Ctrl-C ends."""

RESTRICTED: Final = 3
"""Facts are not shown, or not all, since processing of a person's data is restricted (GDPR 18)."""
