"""What OCSF's Data Security Finding (2006) has of its own: data, and where they went."""

from __future__ import annotations

from typing import Any, Final

from streams.core.vocabulary import EventType
from streams.siem.notice import Notice

_PERSONAL: Final = (1, "Personal")
_IN_TRANSIT: Final = (2, "Data in-Transit")
_APPLICATION_LEVEL: Final = (10, "Application-Level DLP")


def data_security_parts(notice: Notice) -> dict[str, Any]:
    """`data_security` and the recipient as destination; remediation is in `unmapped`."""
    data: dict[str, Any] = {
        "category_id": _PERSONAL[0],
        "category": _PERSONAL[1],
        "detection_system_id": _APPLICATION_LEVEL[0],
        "detection_system": _APPLICATION_LEVEL[1],
        "policy": {
            "name": "Consentry policy",
            "version": notice.policy_version,
            "desc": notice.title,
        },
    }
    if notice.event_type in (EventType.DATA_SHARE, EventType.MARKETING_MESSAGE):
        data["data_lifecycle_state_id"], data["data_lifecycle_state"] = _IN_TRANSIT
    parts: dict[str, Any] = {"data_security": data}
    if notice.recipient_id is not None:
        parts["dst_endpoint"] = {"uid": notice.recipient_id, "name": notice.recipient_id}
    return parts
