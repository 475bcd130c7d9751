"""Bearer tokens in the form that each client library asks for."""

from __future__ import annotations

import asyncio
from typing import Any

import structlog

from streams.errors import ConsentryError
from streams.settings.secrecy import HiddenText
from streams.settings.tokens import TokenOptions, source_of

log = structlog.get_logger("consentry.login")


def for_aiokafka(options: TokenOptions) -> Any:
    """A token provider of aiokafka, and of Faust.

    Where there is no token to be had, a connection fails as it does while a broker is away, and
    the client tries again: a worker outlives an endpoint that is down for a while.
    """
    from aiokafka.abc import AbstractTokenProvider
    from aiokafka.errors import KafkaConnectionError

    answer_refusals()
    source = source_of(options)

    class AiokafkaTokens(AbstractTokenProvider):  # type: ignore[misc]  # aiokafka has no types
        async def token(self) -> str:
            held = source.held()
            if held is not None:
                return HiddenText(held)
            try:
                return HiddenText(await asyncio.to_thread(source.token))
            except ConsentryError as error:
                log.warning("login.no_token", problem=error.problem)
                raise KafkaConnectionError(error.problem) from None

    return AiokafkaTokens()


def for_kafka_python(options: TokenOptions) -> Any:
    """A token provider of kafka-python; it fails as that of aiokafka does."""
    from kafka.errors import KafkaConnectionError
    from kafka.net.sasl.oauth import AbstractTokenProvider

    source = source_of(options)

    class KafkaPythonTokens(AbstractTokenProvider):  # type: ignore[misc]  # kafka-python has no types
        def token(self) -> str:
            try:
                return HiddenText(source.token())
            except ConsentryError as error:
                log.warning("login.no_token", problem=error.problem)
                raise KafkaConnectionError(error.problem) from None

    return KafkaPythonTokens()


def answer_refusals() -> None:
    """Let aiokafka end a login that a broker refuses; calling it again changes nothing.

    A broker that refuses a token answers with its reason, and waits for one byte before it says
    that the login failed (RFC 7628, 3.2.3). aiokafka takes that first answer for a success, and
    would then see a connection that ends, again and again.
    """
    from aiokafka import conn

    if getattr(conn.OAuthAuthenticator, "answers_refusals", False):
        return

    class AnsweringAuthenticator(conn.OAuthAuthenticator):  # type: ignore[misc]  # aiokafka has no types
        answers_refusals = True
        _answered = False

        async def step(self, payload: bytes | None) -> tuple[bytes, bool] | None:
            if payload and not self._answered:
                self._answered = True
                return b"\x01", True
            found: tuple[bytes, bool] | None = await super().step(payload)
            return found

    conn.OAuthAuthenticator = AnsweringAuthenticator
