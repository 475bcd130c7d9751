"""What stands on the output topics of a bus, as a reader has it."""

from __future__ import annotations

from typing import Any

import msgspec

from tests.kafka.harness import Bus


def standing(bus: Bus) -> dict[str, dict[str, Any]]:
    """Findings and duties by id as they stand, without what says when and by whom it was written."""
    found: dict[str, dict[str, Any]] = {}
    for one in (*bus.findings(), *bus.duties().values()):
        fields = msgspec.to_builtins(one)
        fields.pop("detected_at")
        found[fields.get("violation_id") or fields["duty_id"]] = fields
    return found
