"""What crosses partition numbers: re-keyed records, and findings about dead letters.

Both follow from a record of one partition number and can stand on another, written in one
transaction with it. They are collected while the partition numbers are read one by one,
and compared at the end, when all that they follow from is visible.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from streams.core.findings import Finding, OutputRecord
from streams.core.identifiers import SubjectKey, subject_key
from streams.core.instants import Instant
from streams.core.policy import Policy
from streams.core.quality import ABOUT_RECORDS
from streams.core.state import FactSource
from streams.core.superseded import outlived
from streams.files.temporary_database import open_database
from streams.settings.names import TopicNames
from streams.verify.bus import LiveBus
from streams.verify.compare import Comparison
from streams.verify.output_record import kept_form
from streams.verify.result import Difference, DifferenceKind, difference_of
from streams.verify.spill import CACHE_KIB
from streams.wire.arrival import Misrouted, partition_of_finding
from streams.wire.errors import WireError
from streams.wire.findings import decode_finding, encode_finding
from streams.wire.origin import rekeyed
from streams.wire.progress import BATCH_HEADER
from streams.wire.record import Record
from streams.wire.refused import Refused

_TABLES = """
CREATE TABLE sent (topic TEXT, partition INTEGER, offset INTEGER, home INTEGER,
    PRIMARY KEY (topic, partition, offset)) WITHOUT ROWID;
CREATE TABLE met (home INTEGER, topic TEXT, partition INTEGER, offset INTEGER,
    PRIMARY KEY (home, topic, partition, offset)) WITHOUT ROWID;
CREATE TABLE due (id TEXT, ref TEXT, partition INTEGER, topic TEXT, origin INTEGER,
    offset INTEGER, value BLOB, PRIMARY KEY (id, ref)) WITHOUT ROWID;
CREATE TABLE kept (id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE outputs (id TEXT PRIMARY KEY, partition INTEGER, offset INTEGER, value BLOB)
    WITHOUT ROWID;
"""


class Across:
    """Collects of all partition numbers that are verified."""

    def __init__(self, names: TopicNames, policy: Policy, count: int) -> None:
        self._names = names
        self._policy = policy
        self._count = count
        self._starts: dict[int, int] = {}
        self.erased: dict[SubjectKey, Instant] = {}
        """When persons were erased: findings about records of before may be gone with them."""
        self.clocks: dict[int, Instant] = {}
        """The time of each partition: findings that outlived their person may be gone (P20, P26)."""
        self._database = open_database(CACHE_KIB)
        self._database.executescript(_TABLES)

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def take(self, record: Record, one_id: str, output: OutputRecord | None) -> bool:
        """Keep a finding that carries no batch; False where it is none about a dead letter."""
        if output is None:
            gone = self._database.execute("DELETE FROM outputs WHERE id = ?", (one_id,))
            return bool(gone.rowcount)
        if output.code not in ABOUT_RECORDS:
            return False
        value = kept_form(record.value or b"", output)
        values = one_id, record.partition, record.offset, value
        self._database.execute("INSERT OR REPLACE INTO outputs VALUES (?, ?, ?, ?)", values)
        return True

    def keep(self, one_id: str) -> None:
        """Note a finding about a refused id that a row keeps.

        It stands in the place of one that an earlier release published under its address.
        """
        self._database.execute("INSERT OR IGNORE INTO kept VALUES (?)", (one_id,))

    def expect_rekeyed(self, elsewhere: Iterable[Misrouted]) -> None:
        """Records that must stand on the re-key topic."""
        self._database.executemany(
            "INSERT OR IGNORE INTO sent VALUES (?, ?, ?, ?)",
            ((*_place(one.origin.source), one.home) for one in elsewhere),
        )

    def is_sent(self, source: FactSource) -> bool:
        """Whether the record that stood there had to be sent again."""
        return bool(
            self._database.execute(
                "SELECT 1 FROM sent WHERE topic = ? AND partition = ? AND offset = ?",
                _place(source),
            ).fetchone()
        )

    def expect_published(self, refused: Iterable[tuple[Record, Refused]]) -> None:
        """Records about which a finding must stand on the violations topic."""
        for record, one in refused:
            finding = one.finding(self._policy)
            self._database.execute(
                "INSERT OR REPLACE INTO due VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    finding.violation_id,
                    one.origin.reference,
                    partition_of_finding(one, record.partition, self._count),
                    record.topic,
                    record.partition,
                    record.offset,
                    encode_finding(finding),
                ),
            )

    async def read_rekeyed(self, bus: LiveBus) -> None:
        """Note what stands on the re-key topic, where something must."""
        sent = self._database.execute("SELECT DISTINCT home FROM sent").fetchall()
        for (home,) in sent:
            start = self._starts[home] = await bus.start(self._names.rekeyed, home)
            end = await bus.settled(self._names.rekeyed, home)
            async for records in bus.read(self._names.rekeyed, home, start, end):
                self._meet(home, records)

    def not_sent(self) -> Iterator[Difference]:
        """Records that were not sent again, as far as the re-key topic reaches back."""
        for home, start in self._starts.items():
            yield from self._not_sent(home, whole=start == 0)

    def _meet(self, home: int, records: Sequence[Record]) -> None:
        inputs = frozenset(self._names.input_types)
        origins = (rekeyed(record, inputs) for record in records)
        self._database.executemany(
            "INSERT OR IGNORE INTO met VALUES (?, ?, ?, ?)",
            ((home, *_place(one.source)) for one in origins if one is not None),
        )

    def _not_sent(self, home: int, *, whole: bool) -> Iterator[Difference]:
        """Those of one partition are sent in their order, so what is left shows what is gone."""
        missing = self._database.execute(
            "SELECT topic, partition, offset FROM sent WHERE home = ?1 AND NOT EXISTS "
            "(SELECT 1 FROM met WHERE home = ?1 AND met.topic = sent.topic AND "
            "met.partition = sent.partition AND met.offset = sent.offset) AND (?2 OR offset > "
            "(SELECT min(offset) FROM met WHERE home = ?1 AND met.topic = sent.topic AND "
            "met.partition = sent.partition)) ORDER BY topic, partition, offset",
            (home, whole),
        )
        for topic, partition, offset in missing:
            yield Difference(
                kind=DifferenceKind.NOT_REKEYED,
                topic=topic,
                partition=partition,
                offset=offset,
                what=f"a record under another key than its subject's was not sent to "
                f"{self._names.rekeyed}, partition {home}",
            )

    async def catch_up(self, bus: LiveBus, number: int, start: int) -> int:
        """Take findings about dead letters that came since; returns where reading ended."""
        end = await bus.settled(self._names.violations, number)
        async for records in bus.read(self._names.violations, number, start, end):
            for record in records:
                if any(name == BATCH_HEADER for name, _ in record.headers):
                    continue
                output = None
                if record.value is not None:
                    try:
                        output = decode_finding(record.value, bus.registry)
                    except WireError:
                        continue
                self.take(record, (record.key or b"").decode(errors="replace"), output)
        return end

    def unpublished(self, comparison: Comparison, numbers: Iterable[int]) -> Iterator[Difference]:
        """Refused records without their finding, or with one that says something else."""
        wanted = set(numbers)
        rows = self._database.execute(
            "SELECT due.id, due.partition, due.topic, due.origin, due.offset, due.value, "
            "outputs.value, outputs.offset FROM due LEFT JOIN outputs ON outputs.id = due.id "
            "WHERE due.id NOT IN (SELECT id FROM kept) ORDER BY due.topic, due.origin, due.offset"
        )
        for one_id, partition, topic, origin, offset, due, value, place in rows:
            expected = decode_finding(due)
            if partition not in wanted or (value is None and self._went(expected, partition)):
                continue
            where = f"{topic}, partition {origin}, offset {offset}"
            if value is None:
                yield difference_of(
                    DifferenceKind.MISSING, self._names.violations, partition, expected,
                    f"the finding about the record that cannot be judged ({where})",
                )  # fmt: skip
                continue
            found = decode_finding(value)
            differing = comparison.fields(expected, found)
            if differing and not self._another(comparison, one_id, found):
                yield difference_of(
                    DifferenceKind.DIFFERENT, self._names.violations, partition, expected,
                    f"the finding about the record that cannot be judged ({where})",
                    offset=place,
                    fields=differing,
                )  # fmt: skip

    def _went(self, due: Finding, partition: int) -> bool:
        """Whether a command may have removed it (`streams.agents.retractor`)."""
        who = subject_key(due.controller_id or "", due.subject_id or "")
        erased = due.detected_at <= self.erased.get(who, -1)
        return erased or outlived(due, self._policy, self.clocks.get(partition))

    def _another(self, comparison: Comparison, one_id: str, found: Finding) -> bool:
        """Whether another refused record with the same id explains the finding."""
        rows = self._database.execute("SELECT value FROM due WHERE id = ?", (one_id,))
        return any(not comparison.fields(decode_finding(value), found) for (value,) in rows)

    def unfounded(self, before: dict[int, int]) -> Iterator[Difference]:
        """Findings about dead letters for which no refused record stands on the inputs.

        `before`: the ends of the violations topic when reading began, by partition number;
        what came later can be about records that were not read.
        """
        rows = self._database.execute(
            "SELECT partition, offset, value FROM outputs WHERE id NOT IN (SELECT id FROM due) "
            "AND id NOT IN (SELECT id FROM kept) ORDER BY partition, offset"
        )
        for partition, offset, value in rows:
            if offset < before.get(partition, 0):
                found = decode_finding(value)
                what = "a finding about a record that cannot be judged, and there is none"
                yield difference_of(
                    DifferenceKind.EXTRA,
                    self._names.violations,
                    partition,
                    found,
                    what,
                    offset=offset,
                )


def _place(source: FactSource) -> tuple[str, int, int]:
    return source.topic, source.partition, source.offset
