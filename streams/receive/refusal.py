"""Why a request is refused, and with which status: the words of metrics, logs and answers."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class RefusalReason(StrEnum):
    """Why a request was not accepted. Each is a label of a metric, and the body of the answer."""

    PATH = "no_such_source"
    METHOD = "method_not_allowed"
    HEADERS_TOO_LARGE = "headers_too_large"
    TOO_LARGE = "body_too_large"
    TOO_SLOW = "body_too_slow"
    INCOMPLETE = "body_incomplete"
    ENCODING = "content_encoding_not_supported"
    NOT_DECODED = "content_encoding_not_decoded"
    MISSING = "credentials_missing"
    DOUBLE = "header_given_twice"
    CREDENTIALS = "credentials_wrong"
    SIGNATURE = "signature_wrong"
    TIMESTAMP = "timestamp_unreadable"
    TOO_OLD = "timestamp_out_of_range"
    REPLAYED = "token_used_before"
    BODY = "body_unreadable"
    CHALLENGE = "challenge_wrong"
    NOT_ASKED = "certificate_not_fetched"
    BUSY = "too_many_requests_in_work"
    KAFKA_AWAY = "kafka_not_answering"
    STOPPING = "stopping"
    FAILED = "internal_error"


STATUS: Final[dict[RefusalReason, int]] = {
    RefusalReason.PATH: 404,
    RefusalReason.METHOD: 405,
    RefusalReason.HEADERS_TOO_LARGE: 431,
    RefusalReason.TOO_LARGE: 413,
    RefusalReason.TOO_SLOW: 408,
    RefusalReason.INCOMPLETE: 400,
    RefusalReason.ENCODING: 415,
    RefusalReason.NOT_DECODED: 400,
    RefusalReason.MISSING: 401,
    RefusalReason.DOUBLE: 400,
    RefusalReason.CREDENTIALS: 401,
    RefusalReason.SIGNATURE: 401,
    RefusalReason.TIMESTAMP: 401,
    RefusalReason.TOO_OLD: 401,
    RefusalReason.REPLAYED: 401,
    RefusalReason.BODY: 400,
    RefusalReason.CHALLENGE: 403,
    RefusalReason.NOT_ASKED: 503,
    RefusalReason.BUSY: 503,
    RefusalReason.KAFKA_AWAY: 503,
    RefusalReason.STOPPING: 503,
    RefusalReason.FAILED: 503,
}
"""What the sender gets. 503 asks it to send again later (RFC 9110, 15.6.4)."""

UNTRUSTED: Final = frozenset(
    {
        RefusalReason.MISSING,
        RefusalReason.DOUBLE,
        RefusalReason.CREDENTIALS,
        RefusalReason.SIGNATURE,
        RefusalReason.TIMESTAMP,
        RefusalReason.TOO_OLD,
        RefusalReason.REPLAYED,
    }
)
"""Reasons that say that the sender is not who it should be, or that a secret is not the same."""


class RequestRefused(Exception):
    """A request is not accepted. Says nothing of what stood in it."""

    def __init__(self, reason: RefusalReason) -> None:
        super().__init__(reason.value)
        self.reason = reason
