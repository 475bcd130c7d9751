"""The sources of the tests over HTTP, and what their senders send."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.receive.senders import NOW, SECRETS, SENDERS

TABLES: Mapping[str, Mapping[str, Any]] = {
    "shop": {"scheme": "shopify", "headers": ["X-Shopify-Topic", "X-Note"]},
    "crm": {"scheme": "bearer"},
    "list": {"scheme": "path", "challenge": "ping"},
    "mail": {"scheme": "basic", "user": "crm"},
}
BEARER = {"Authorization": f"Bearer {SECRETS[0]}"}


def shopify(body: bytes) -> dict[str, str]:
    return dict(SENDERS["shopify"].sign(SECRETS[1], NOW, body).headers)
