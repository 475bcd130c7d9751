"""What a reader of the output topics of one partition number holds, beside what its rows say.

In a private database on disk, so that memory stays bounded (`streams.files.temporary_database`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Final

import msgspec

from streams.core.findings import Duty, Finding, OutputRecord, id_of
from streams.core.identifiers import parse_subject_key, subject_key
from streams.core.instants import Instant
from streams.core.policy import Policy
from streams.core.quality import ABOUT_RECORDS
from streams.core.restate import restate
from streams.core.superseded import outlived
from streams.core.vocabulary import Status
from streams.files.temporary_database import open_database
from streams.verify.output_record import read_output, stands
from streams.wire.commands import ID_MAX, HeldOutput
from streams.wire.errors import WireError
from streams.wire.findings import decode_finding, encode_duty, encode_finding
from streams.wire.framing import RegistryDecoder
from streams.wire.progress import BATCH_HEADER
from streams.wire.record import Record
from streams.wire.rows import CorruptRow, decode_any, subject_of

_CACHE_KIB: Final = 65_536
_TABLES: Final = """
CREATE TABLE read (id TEXT, duty INTEGER, revision INTEGER, record BLOB, says BLOB,
    unlike INTEGER, PRIMARY KEY (id, duty)) WITHOUT ROWID;
CREATE TABLE stated (id TEXT, duty INTEGER, revision INTEGER, says BLOB,
    PRIMARY KEY (id, duty)) WITHOUT ROWID;
CREATE TABLE about_record (id TEXT PRIMARY KEY, subject BLOB, record BLOB) WITHOUT ROWID;
CREATE TABLE person (subject BLOB PRIMARY KEY) WITHOUT ROWID;
"""
_UNSAID: Final = """
SELECT read.id, read.duty, read.record FROM read LEFT JOIN stated
    ON stated.id = read.id AND stated.duty = read.duty
WHERE stated.id IS NULL OR read.revision > stated.revision
    OR (read.revision = stated.revision AND (read.unlike OR read.says <> stated.says))
"""
_ABOUT_NOBODY: Final = """
SELECT id, record FROM about_record LEFT JOIN person USING (subject)
WHERE person.subject IS NULL ORDER BY id
"""
_WORDS: Final = {
    "detected_at": 0,
    "law_version": "",
    "policy_version": "",
    "rule_version": "",
    "explanation_en": "",
    "explanation_nl": "",
    "citations": (),
    "remediation_en": "",
    "remediation_nl": "",
}
"""When and how it was worded, which another release or policy does in another way."""


class ReadOutputs:
    """Findings and duties by id, each at the highest revision that was read.

    `unlike`: two records of that revision say different things, so that some readers hold the
    first and others the last.
    """

    def __init__(self) -> None:
        self._database = open_database(_CACHE_KIB)
        self._database.executescript(_TABLES)
        self._policy: Policy | None = None
        self._clock: Instant | None = None
        self.unnamed = 0
        """Records whose key is no text, so that no command can name them."""

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def take(
        self, records: Sequence[Record], registry: RegistryDecoder | None, *, duty: bool
    ) -> None:
        """Take in records of a topic, in the order of their offsets."""
        self._database.execute("BEGIN")
        for record in records:
            self._one(record, registry, duty=duty)
        self._database.execute("COMMIT")

    def _one(self, record: Record, registry: RegistryDecoder | None, *, duty: bool) -> None:
        one_id = (record.key or b"").decode(errors="replace")
        if one_id.encode() != record.key or not 0 < len(one_id) <= ID_MAX:
            self.unnamed += 1
            return
        place = one_id, duty
        if record.value is None:
            self._database.execute("DELETE FROM read WHERE id = ? AND duty = ?", place)
            self._database.execute("DELETE FROM about_record WHERE id = ?", (one_id,))
            return
        output = None
        with suppress(WireError):
            output = read_output(record.value, registry, duty=duty)
        if output is None or id_of(output) != one_id:
            self._database.execute(
                "INSERT INTO read VALUES (?, ?, -1, NULL, NULL, 0) ON CONFLICT DO NOTHING", place
            )
            return
        unnumbered = all(name != BATCH_HEADER for name, _ in record.headers)
        if isinstance(output, Finding) and output.code in ABOUT_RECORDS and unnumbered:
            # It follows from a record that is no fact, and no row knows of it.
            key = subject_key(output.controller_id or "", output.subject_id or "")
            said = msgspec.structs.replace(output, **(_WORDS | {"detected_at": output.detected_at}))
            self._database.execute(
                "INSERT OR REPLACE INTO about_record VALUES (?, ?, ?)",
                (one_id, key, encode_finding(said)),
            )
            return
        self._database.execute(
            "INSERT INTO read VALUES (?1, ?2, ?3, ?4, ?5, 0) ON CONFLICT DO UPDATE SET "
            "unlike = excluded.revision = read.revision AND "
            "(read.unlike OR excluded.says <> read.says), revision = excluded.revision, "
            "record = excluded.record, says = excluded.says "
            "WHERE excluded.revision >= read.revision",
            (*place, output.revision, _without_texts(output), _says(output)),
        )

    def state(
        self, rows: Iterable[tuple[bytes, bytes]], policy: Policy, clock: Instant | None = None
    ) -> None:
        """Take in stored rows by key, and what they say was published. Raises CorruptRow.

        `clock` is the partition time of the state.
        """
        self._policy, self._clock = policy, clock
        self._database.execute("BEGIN")
        for key, value in rows:
            subject = subject_of(key)
            self._database.execute("INSERT OR IGNORE INTO person VALUES (?)", (subject,))
            identity = parse_subject_key(subject)
            if identity is None:
                raise CorruptRow("belongs to no subject", key)
            findings, duties = restate(*identity, decode_any(value, key), policy)
            outputs: tuple[OutputRecord, ...] = (*findings, *duties)
            self._database.executemany(
                "INSERT OR REPLACE INTO stated VALUES (?, ?, ?, ?)",
                ((id_of(one), isinstance(one, Duty), one.revision, _says(one)) for one in outputs),
            )
        self._database.execute("COMMIT")

    def unsaid(self) -> Iterator[HeldOutput]:
        """What readers hold and the rows do not say, in the order of ids.

        Then findings about records that have outlived their person (P20, P26).
        """
        for one_id, duty, record in self._database.execute(_UNSAID + "ORDER BY read.id"):
            yield HeldOutput(id=one_id, duty=bool(duty), record=record)
        for one_id, record in self._database.execute(_ABOUT_NOBODY):
            if self._policy is not None and outlived(
                decode_finding(record), self._policy, self._clock
            ):
                yield HeldOutput(id=one_id, record=record)


def _without_texts(output: OutputRecord) -> bytes:
    """What a command needs of it."""
    if isinstance(output, Finding):
        return encode_finding(msgspec.structs.replace(output, **_WORDS))
    return encode_duty(msgspec.structs.replace(output, **_WORDS))


def _says(output: OutputRecord) -> bytes:
    """All that it says, apart from how; OPEN and REVISED are one, and what is taken back says nothing."""
    if not stands(output):
        return b""
    plain = msgspec.to_builtins(msgspec.structs.replace(output, **_WORDS))
    if plain["status"] == Status.REVISED:
        plain["status"] = Status.OPEN
    return msgspec.msgpack.encode(plain)
