"""Bearer tokens for a registry, by OAuth 2.0 client credentials (RFC 6749, 4.4)."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pydantic import SecretStr

from streams.errors import UnreachableError
from streams.registry.faults import RegistryAway
from streams.settings.secrecy import HiddenText
from streams.settings.token_endpoint import ask
from streams.settings.tokens import RENEW_AFTER

PREFIX: Final = "registry_oauth_"
"""What the settings of the endpoint begin with."""
LIFE_S: Final = 300.0
"""Seconds that a token is kept where the endpoint does not say for how long it is good."""


@dataclass(slots=True)
class RegistryTokens:
    """Who asks for tokens, where, and the token that it has."""

    url: str
    client_id: str
    secret: SecretStr
    scope: str | None = None
    ca_file: Path | None = None
    timeout_s: float = 10.0
    accepted: bool = False
    """Whether the registry took the token that there is."""
    _token: str | None = field(default=None, repr=False)
    _until: float = field(default=0.0, repr=False)
    """When it is renewed, in monotonic seconds."""
    _dies: float = field(default=0.0, repr=False)
    """Until then it outlasts an endpoint that is away."""

    async def token(self) -> str:
        """A token that is not old. Never print it.

        Raises RegistryAway where asking again may help, ConsentryError where it does not.
        """
        if self._token is None or time.monotonic() >= self._until:
            began = time.monotonic()
            try:
                found = await asyncio.to_thread(
                    ask,
                    self.url,
                    client_id=self.client_id,
                    secret=self.secret.get_secret_value(),
                    scope=self.scope,
                    ca_file=self.ca_file,
                    timeout_s=self.timeout_s,
                    prefix=PREFIX,
                )
            except UnreachableError as error:
                if self._token is not None and time.monotonic() < self._dies:
                    return self._token
                raise RegistryAway(error.problem) from None
            life_s = found.lifetime_s or LIFE_S
            self._token = HiddenText(found.token)
            self._until, self._dies = began + RENEW_AFTER * life_s, began + life_s
            self.accepted = False
        return self._token

    def forget(self) -> bool:
        """Let go of the token; whether the registry took it before, so another may help."""
        had, self._token, self.accepted = self.accepted, None, False
        return had
