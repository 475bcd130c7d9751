"""librdkafka itself, called as a C program calls it.

Its Python client takes names of headers as texts only; other languages let producers write
any bytes there, and so does this.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import confluent_kafka

_PRODUCER = 0
_TOPIC, _PARTITION, _VALUE, _KEY, _FLAGS, _TIMESTAMP, _HEADER = 1, 3, 4, 5, 7, 8, 9
_COPY = 2
_NO_ERROR = 0
_BATCHES_MS = 60_000


class Raw(NamedTuple):
    """A record as bytes. `partition` None: as librdkafka's partitioner says."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[bytes, bytes | None]] = ()
    partition: int | None = None
    timestamp: int | None = None


class _Bytes(ctypes.Structure):
    _fields_ = (("at", ctypes.c_char_p), ("size", ctypes.c_size_t))


class _Header(ctypes.Structure):
    _fields_ = (
        ("name", ctypes.c_char_p),
        ("value", ctypes.c_char_p),
        ("size", ctypes.c_ssize_t),
    )


class _Any(ctypes.Union):
    _fields_ = (
        ("text", ctypes.c_char_p),
        ("number", ctypes.c_int32),
        ("flags", ctypes.c_int),
        ("time", ctypes.c_int64),
        ("bytes", _Bytes),
        ("header", _Header),
        ("pad", ctypes.c_char * 64),
    )


class _Part(ctypes.Structure):
    """`rd_kafka_vu_t`."""

    _fields_ = (("kind", ctypes.c_int), ("held", _Any))


def _library() -> ctypes.CDLL:
    package = Path(confluent_kafka.__file__).parent
    [found] = package.with_name("confluent_kafka.libs").glob("librdkafka-*")
    library = ctypes.CDLL(str(found))
    for name in ("rd_kafka_conf_new", "rd_kafka_new", "rd_kafka_produceva"):
        getattr(library, name).restype = ctypes.c_void_p
    library.rd_kafka_error_string.restype = ctypes.c_char_p
    return library


class RawProducer:
    """One producer of librdkafka."""

    def __init__(self, settings: Mapping[str, str]) -> None:
        self._library = _library()
        why = ctypes.create_string_buffer(512)
        conf = ctypes.c_void_p(self._library.rd_kafka_conf_new())
        for name, value in settings.items():
            pair = name.encode(), value.encode()
            assert self._library.rd_kafka_conf_set(conf, *pair, why, 512) == 0, why.value
        found = self._library.rd_kafka_new(_PRODUCER, conf, why, ctypes.c_size_t(512))
        assert found, why.value
        self._handle = ctypes.c_void_p(found)

    def send(self, *records: Raw) -> None:
        """Send records in order, each in a batch of its own where it is large, and wait."""
        for record in records:
            self.begin(record)
        self.flush()

    def begin(self, record: Raw) -> None:
        """Put a record into a batch."""
        parts = _parts(record)
        error = self._library.rd_kafka_produceva(
            self._handle, (_Part * len(parts))(*parts), ctypes.c_size_t(len(parts))
        )
        if error:
            raise RuntimeError(self._library.rd_kafka_error_string(ctypes.c_void_p(error)))

    def flush(self) -> None:
        """Wait until all that was begun is on the broker, or has failed."""
        assert self._library.rd_kafka_flush(self._handle, _BATCHES_MS) == _NO_ERROR

    def close(self) -> None:
        """Let go of it."""
        self._library.rd_kafka_destroy(self._handle)


def _parts(record: Raw) -> list[_Part]:
    parts = [
        _Part(_TOPIC, _Any(text=record.topic.encode())),
        _Part(_FLAGS, _Any(flags=_COPY)),
        _Part(_VALUE, _Any(bytes=_bytes(record.value))),
        _Part(_KEY, _Any(bytes=_bytes(record.key))),
    ]
    if record.partition is not None:
        parts.append(_Part(_PARTITION, _Any(number=record.partition)))
    if record.timestamp is not None:
        parts.append(_Part(_TIMESTAMP, _Any(time=record.timestamp)))
    for name, value in record.headers:
        size = -1 if value is None else len(value)
        parts.append(_Part(_HEADER, _Any(header=_Header(name, value, size))))
    return parts


def _bytes(value: bytes | None) -> _Bytes:
    return _Bytes(value, 0 if value is None else len(value))


@contextmanager
def raw_producer(bootstrap: str, codec: str = "none", **settings: str) -> Iterator[RawProducer]:
    """A producer that lets almost anything through to the broker."""
    producer = RawProducer(
        {
            "bootstrap.servers": bootstrap,
            "compression.codec": codec,
            "partitioner": "murmur2_random",
            "message.max.bytes": "1000000000",
            "queue.buffering.max.kbytes": "2000000",
            "acks": "all",
            "linger.ms": "20",
            **{name.replace("_", "."): value for name, value in settings.items()},
        }
    )
    try:
        yield producer
    finally:
        producer.close()
