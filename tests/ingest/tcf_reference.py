"""Strings of the reference encoder (@iabtechlabtcf/core 1.5.21), and what its decoder reads in them."""

from __future__ import annotations

from typing import Any, Final

_WIDE: Final = {*range(1, 500), *range(501, 901)}

VECTORS: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "v23-accept-some": (
        "CQgcD4AQgcD4AEsADBENAwFgALAAAEIAABpYGMwAwAMgBbAYyALcAEALYAAA.IGMwBAAMgBbASwAxkAAA.YAAAAAAAAAAA",
        {
            "policy": 5,
            "purposes": {1, 3, 4},
            "interests": {2, 7},
            "vendors": {25, 91, 793},
            "vendor_interests": {91},
            "disclosed": {25, 91, 600, 793},
            "publisher_purposes": set(),
            "restrictions": [],
        },
    ),
    "v23-li-only-looks-like-yes": (
        "CQgcD4AQgcD4AEsADBENAwFgAAAAAELAABpYAAAMZgBABbAYyAAA.IGMwAgAtgMZA.YAAAAAAAAAAA",
        {
            "policy": 5,
            "purposes": set(),
            "interests": {2, 7, 9, 10},
            "vendors": set(),
            "vendor_interests": {91, 793},
            "disclosed": {91, 793},
            "publisher_purposes": set(),
            "restrictions": [],
        },
    ),
    "v23-refuse-all": (
        "CQgcD4AQgcD4AEsADBENAwFgAAAAAAAAABpYAAAAAAAA.IGMwAwAMgBbAYyAA.YAAAAAAAAAAA",
        {
            "policy": 5,
            "purposes": set(),
            "interests": set(),
            "vendors": set(),
            "vendor_interests": set(),
            "disclosed": {25, 91, 793},
            "publisher_purposes": set(),
            "restrictions": [],
        },
    ),
    "v23-vendor-yes-purpose-no": (
        "CQgcD4AQgcD4AEsADBENAwFgAAAAAAAAABpYGMwAQGMgAAAA.IGMwAQGMgAAA.YAAAAAAAAAAA",
        {
            "policy": 5,
            "purposes": set(),
            "interests": set(),
            "vendors": {793},
            "vendor_interests": set(),
            "disclosed": {793},
            "publisher_purposes": set(),
            "restrictions": [],
        },
    ),
    "v23-vendor-consented-not-disclosed": (
        "CQgcD4AQgcD4AEsADBENAwFgAJAAAAAAABpYGMwAgAMgMZAAAAAA.IAMgAAAI.YAAAAAAAAAAA",
        {
            "policy": 5,
            "purposes": {1, 4},
            "interests": set(),
            "vendors": {25, 793},
            "vendor_interests": set(),
            "disclosed": {25},
            "publisher_purposes": set(),
            "restrictions": [],
        },
    ),
    "v23-publisher-restriction-require-consent": (
        "CQgcD4AQgcD4AEsADBENAwFgAIAAAEAAABpYAAABbgAgBbABCQAQAtgA.IAtwAQAtgAAA.YAAAAAAAAAAA",
        {
            "policy": 5,
            "purposes": {1},
            "interests": {2},
            "vendors": set(),
            "vendor_interests": {91},
            "disclosed": {91},
            "publisher_purposes": set(),
            "restrictions": [(2, 1, {91})],
        },
    ),
    "v23-publisher-restriction-not-allowed": (
        "CQgcD4AQgcD4AEsADBENAwFgAJAAAAAAABpYAMgAAAIAAAARAAEADIAA.IAMgAAAI.YAAAAAAAAAAA",
        {
            "policy": 5,
            "purposes": {1, 4},
            "interests": set(),
            "vendors": {25},
            "vendor_interests": set(),
            "disclosed": {25},
            "publisher_purposes": set(),
            "restrictions": [(4, 0, {25})],
        },
    ),
    "v23-range-encoded": (
        "CQgcD4AQgcD4AEsADBENAwFgAPAAAAAAABpYHCQAoAAgPnAfUDhAAAAAAAAA.IHCQAoAAgPnAfUDhAAAA.YAAAAAAAAAAA",
        {
            "policy": 5,
            "purposes": {1, 2, 3, 4},
            "interests": set(),
            "vendors": _WIDE,
            "vendor_interests": set(),
            "disclosed": _WIDE,
            "publisher_purposes": set(),
            "restrictions": [],
        },
    ),
    "v22-no-disclosed-segment": (
        "CQgcD4AQgcD4AEsADBENAwEgAJAAAAAAABpYAMgAAAIAAAAA",
        {
            "policy": 4,
            "purposes": {1, 4},
            "interests": set(),
            "vendors": {25},
            "vendor_interests": set(),
            "disclosed": None,
            "publisher_purposes": set(),
            "restrictions": [],
        },
    ),
    "v23-publisher-tc": (
        "CQgcD4AQgcD4AEsADBENAwFgAIAAAAAAABpYAAAAAAAA.IAMgAAAI.cgAAAAAAAAAA",
        {
            "policy": 5,
            "purposes": {1},
            "interests": set(),
            "vendors": set(),
            "vendor_interests": set(),
            "disclosed": {25},
            "publisher_purposes": {1, 4},
            "restrictions": [],
        },
    ),
}
