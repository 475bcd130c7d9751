"""Why a request is refused, and with which status: the words of metrics, logs and answers."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Reason(StrEnum):
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
    BUSY = "too_many_requests_in_work"
    KAFKA_AWAY = "kafka_not_answering"
    STOPPING = "stopping"
    FAILED = "internal_error"


STATUS: Final[dict[Reason, int]] = {
    Reason.PATH: 404,
    Reason.METHOD: 405,
    Reason.HEADERS_TOO_LARGE: 431,
    Reason.TOO_LARGE: 413,
    Reason.TOO_SLOW: 408,
    Reason.INCOMPLETE: 400,
    Reason.ENCODING: 415,
    Reason.NOT_DECODED: 400,
    Reason.MISSING: 401,
    Reason.DOUBLE: 400,
    Reason.CREDENTIALS: 401,
    Reason.SIGNATURE: 401,
    Reason.TIMESTAMP: 401,
    Reason.TOO_OLD: 401,
    Reason.REPLAYED: 401,
    Reason.BODY: 400,
    Reason.CHALLENGE: 403,
    Reason.BUSY: 503,
    Reason.KAFKA_AWAY: 503,
    Reason.STOPPING: 503,
    Reason.FAILED: 503,
}
"""What the sender gets. 503 asks it to send again later (RFC 9110, 15.6.4)."""

UNTRUSTED: Final = frozenset(
    {
        Reason.MISSING,
        Reason.DOUBLE,
        Reason.CREDENTIALS,
        Reason.SIGNATURE,
        Reason.TIMESTAMP,
        Reason.TOO_OLD,
        Reason.REPLAYED,
    }
)
"""Reasons that say that the sender is not who it should be, or that a secret is not the same."""


class Refused(Exception):
    """A request is not accepted. Says nothing of what stood in it."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason
