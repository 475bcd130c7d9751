"""Every metric of a worker by name: its kind, its labels, and what it says.

Labels take only so many values: topics, partition numbers, codes, states, and source systems and
recipients of the register within bounds. A subject is never one. Names follow Prometheus: base units, counters end in `_total`.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

Kind = Literal["counter", "gauge", "histogram"]


class Metric(NamedTuple):
    """A metric family as it stands on `/metrics`, `_total` of counters included."""

    name: str
    kind: Kind
    help: str
    labels: tuple[str, ...] = ()


PREFIX: Final = "consentry_"

BUILD_INFO: Final = Metric(
    "consentry_build_info",
    "gauge",
    "Always 1: version, law and policy as labels, and whether the hot modules are compiled.",
    ("version", "law_version", "policy_version", "compiled"),
)
LIVE: Final = Metric("consentry_worker_live", "gauge", "1 while only a new start could not help.")
READY: Final = Metric("consentry_worker_ready", "gauge", "1 while this worker can be counted on.")
PARTITIONS: Final = Metric(
    "consentry_partitions", "gauge", "Partition numbers that this worker judges now."
)
RECORDS: Final = Metric(
    "consentry_records_total",
    "counter",
    "Records of a topic by how they ended, since this process started.",
    ("topic", "outcome"),
)
FINDINGS: Final = Metric(
    "consentry_findings_total",
    "counter",
    "Revisions of findings published, by code, severity and status.",
    ("code", "severity", "status"),
)
DUTIES: Final = Metric(
    "consentry_duties_total", "counter", "Revisions of duties published, by status.", ("status",)
)
DEAD_LETTERS: Final = Metric(
    "consentry_dead_letters_total",
    "counter",
    "Records set aside, by the code of the reason; raw personal data go to quarantine.",
    ("code",),
)
UNKNOWN_FIELDS: Final = Metric(
    "consentry_unknown_fields_total",
    "counter",
    "Fields of judged events that no event of their type has; nothing reads them.",
    ("topic",),
)
ASSUMPTIONS: Final = Metric(
    "consentry_assumptions_total",
    "counter",
    "Fields of judged events that were left out and read in favour of lawfulness; kind note: words "
    "that no rule reads.",
    ("kind", "field", "source_system", "registered_recipient"),
)
DELAY: Final = Metric(
    "consentry_finding_delay_seconds",
    "histogram",
    "From the timestamp of a record to the commit of the findings and duties it led to.",
)
FIRST_SHARES: Final = Metric(
    "consentry_first_shares_total",
    "counter",
    "Persons of whom the first share was judged, since this process started.",
)
FIRST_SHARES_UNCONSENTED: Final = Metric(
    "consentry_first_shares_unconsented_total",
    "counter",
    "Those of them of whom no consent, refusal, withdrawal or objection was known then.",
)
LATEST: Final = Metric(
    "consentry_last_event_timestamp_seconds",
    "gauge",
    "The highest record timestamp judged of a topic: a producer that falls silent stands still.",
    ("topic",),
)
AHEAD: Final = Metric(
    "consentry_records_ahead_total",
    "counter",
    "Input records whose timestamp lay so far ahead that it was read as the present time.",
    ("topic",),
)
LEFT: Final = Metric(
    "consentry_subjects_left_total",
    "counter",
    "Persons of whom all was removed since P20 and P26 had passed.",
)
SWEPT: Final = Metric(
    "consentry_swept_ratio",
    "gauge",
    "Which share of the subjects is judged by the policy and rules in force; 1: all of them.",
    ("partition",),
)
LAG: Final = Metric(
    "consentry_consumer_lag_records",
    "gauge",
    "Offsets, transaction markers included, between what is committed and the end of the log.",
    ("topic", "partition"),
)
UNCOMMITTED: Final = Metric(
    "consentry_consumer_uncommitted_records",
    "gauge",
    "Those of them behind a producer's open transaction: they cannot be judged before it ends.",
    ("topic", "partition"),
)
UNCOMMITTED_AGE: Final = Metric(
    "consentry_consumer_uncommitted_age_seconds",
    "gauge",
    "For how long the end before that transaction has not moved; 0 while none is open.",
    ("topic", "partition"),
)
PAUSED: Final = Metric(
    "consentry_consumer_paused",
    "gauge",
    "Whether a topic is read no further, since too many of its records could not be judged: 1 or 0.",
    ("topic", "partition"),
)
COMMITS: Final = Metric(
    "consentry_transaction_duration_seconds",
    "histogram",
    "How long committed transactions took; their count is that of the transactions.",
)
WRITTEN: Final = Metric(
    "consentry_written_records_total", "counter", "Records written in committed transactions."
)
WRITTEN_BYTES: Final = Metric(
    "consentry_written_bytes_total", "counter", "About how many bytes these took, uncompressed."
)
WAITING: Final = Metric(
    "consentry_commit_waiting_seconds",
    "gauge",
    "For how long, at most of all partitions, a commit has been due.",
)
STANDING: Final = Metric(
    "consentry_standing_seconds",
    "gauge",
    "For how long, at most of all partitions, nothing was committed although there was more.",
)
RESTORES: Final = Metric(
    "consentry_restores_total", "counter", "Times that partitions were taken over and restored."
)
RESTORED_ROWS: Final = Metric(
    "consentry_restored_rows_total", "counter", "Rows read from the changelog for it."
)
RESTORE_SECONDS: Final = Metric(
    "consentry_restore_seconds_total", "counter", "Seconds that it took."
)
ROWS: Final = Metric(
    "consentry_state_rows", "gauge", "Stored rows, one per event; on disk an estimate."
)
SUBJECTS: Final = Metric("consentry_live_subjects", "gauge", "Subjects that are ready in memory.")
SUBJECT_BYTES: Final = Metric(
    "consentry_live_subjects_bytes", "gauge", "About how much memory these take."
)
SUBJECT_LOOKUPS: Final = Metric(
    "consentry_subject_lookups_total",
    "counter",
    "Subjects of records by how they were found: ready in memory, or rebuilt from their rows.",
    ("outcome",),
)

WORKER: Final = (
    BUILD_INFO, LIVE, READY, PARTITIONS, RECORDS, FINDINGS, DUTIES, DEAD_LETTERS, UNKNOWN_FIELDS,
    ASSUMPTIONS, DELAY, FIRST_SHARES, FIRST_SHARES_UNCONSENTED, AHEAD, LATEST, LEFT, SWEPT, LAG,
    UNCOMMITTED, UNCOMMITTED_AGE, PAUSED, COMMITS, WRITTEN, WRITTEN_BYTES, WAITING, STANDING,
    RESTORES, RESTORED_ROWS, RESTORE_SECONDS, ROWS, SUBJECTS, SUBJECT_BYTES,
    SUBJECT_LOOKUPS,
)  # fmt: skip
"""In the order of docs/metrics.md. Beside them stand `process_*` and `python_gc_*`."""
