"""What the tests of sinks share."""

from __future__ import annotations

from typing import Any

import pytest

from streams.sinks.sentinel import SentinelOptions
from tests.sinks.siem_receivers import SentinelReceiver


class _Token:
    token = SentinelReceiver.token


class _Credential:
    """Stands in for Entra, which no package has."""

    async def get_token(self, *scopes: str, **_: Any) -> _Token:
        assert scopes == ("https://monitor.azure.com/.default",)
        return _Token()

    async def close(self) -> None:
        """Nothing is held."""


@pytest.fixture(autouse=True)
def _entra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SentinelOptions, "credential", lambda _: _Credential())
