"""A value of one setting of a policy, with when it begins to hold."""

from __future__ import annotations

from typing import Any

import msgspec

from streams.core.instants import Instant


class DatedValue(msgspec.Struct, frozen=True):
    """A value of one setting, in force from `valid_from` (inclusive)."""

    valid_from: Instant
    value: Any
