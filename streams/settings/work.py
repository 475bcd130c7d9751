"""Settings of the workers: how they go about their work."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

from pydantic import ValidationInfo, field_validator

from streams.core.vocabulary import EventType
from streams.settings.fields import SettingsGroup, setting

PAUSABLE: Final = (
    EventType.DATA_SHARE,
    EventType.MARKETING_MESSAGE,
    EventType.RECIPIENT_NOTIFICATION,
)
"""Types whose absence permits nothing: judging the others meanwhile can only alarm too much."""

Store = Literal["memory", "rocksdb"]
TickSource = Literal["worker", "external"]


class WorkSettings(SettingsGroup):
    """Time, and the bounds within which a worker works."""

    tick_source: TickSource = setting(
        "worker",
        "Who writes ticks: the workers, or a scheduler of your own.",
        "worker or external",
    )
    tick_interval_s: float = setting(
        1.0, "Time between ticks: how late a passed deadline is seen.", "0.1 to 60", ge=0.1, le=60
    )
    sweep_share: float = setting(
        0.1,
        "The share of its time that a worker gives to judging stored facts again, after a change "
        "of the policy or the rules, while new records come; without any it takes all of it. "
        "Persons who are judged again since a record of them came count to it.",
        "0.01 to 1",
        ge=0.01,
        le=1,
    )
    clock_jump_max_s: float = setting(
        3600.0,
        "How far a tick may lie ahead of this machine's clock. One that lies further ahead "
        "stops the worker, since one of the two clocks is wrong; the timestamp of an input "
        "record that does is read as the present time.",
        "1 to 100000000000",
        ge=1,
        le=100_000_000_000,
    )
    session_timeout_s: float = setting(
        10.0,
        "A worker that is silent for so long loses its partitions. Brokers accept 6 to 1800 "
        "unless set otherwise.",
        "1 to 1800",
        ge=1,
        le=1800,
    )
    heartbeat_interval_s: float = setting(
        2.0,
        "Time between signs of life to the broker.",
        "0.1 to a third of session_timeout_s",
        ge=0.1,
    )
    open_slices: int = setting(
        8,
        "Poll batches of one partition that may be under way and not yet committed; then judging waits.",
        "1 to 1000",
        ge=1,
        le=1000,
    )
    in_flight_max_bytes: int = setting(
        536_870_912,
        "About how many bytes one worker may hold of what is read and not yet committed, and "
        "of what is to be written, all partitions together; then reading waits. The bounds "
        "of a single partition below are lowered to its share.",
        "8388608 to 1000000000000",
        ge=8_388_608,
        le=1_000_000_000_000,
    )
    alignment_max_wait_s: float = setting(
        10.0,
        "How long a partition waits for a topic that has more to come before it judges later "
        "records of the others; catching up then raises no findings that it must retract. "
        "Topics without new records are never waited for. 0 waits for none.",
        "0 to 3600",
        ge=0,
        le=3600,
    )
    alignment_max_records: int = setting(
        20_000,
        "Records of one partition that are read ahead for that, shared evenly by its topics; "
        "then reading of a topic waits.",
        "100 to 1000000",
        ge=100,
        le=1_000_000,
    )
    alignment_max_bytes: int = setting(
        8_388_608,
        "Bytes of one partition that are read ahead, shared likewise. The last fetch of a "
        "topic may exceed it by 256 KiB or one record.",
        "65536 to 1000000000",
        ge=65_536,
        le=1_000_000_000,
    )
    transaction_max_records: int = setting(
        20_000,
        "A transaction is closed at so many records.",
        "1 to 1000000",
        ge=1,
        le=1_000_000,
    )
    transaction_max_bytes: int = setting(
        16_777_216,
        "A transaction is closed at so many bytes.",
        "65536 to 1000000000",
        ge=65_536,
        le=1_000_000_000,
    )
    transaction_timeout_s: float = setting(
        20.0,
        "The broker ends a transaction that is open for longer. Brokers accept up to 900 "
        "unless set otherwise.",
        "1 to 900",
        ge=1,
        le=900,
    )
    accept_lost_input: bool = setting(
        default=False,
        description="Go on although the broker deleted input before it was judged. The gap is "
        "recorded with the state and in the log. Set it for one start, not for good.",
        allowed="true or false",
    )
    accept_missing_history: bool = setting(
        default=False,
        description="Begin without state although the inputs no longer begin at their start: what "
        "rests on deleted records is judged without them. For the first installation on a bus; "
        "any other one brings its facts with `consentry facts import`. Set it for one start.",
        allowed="true or false",
    )
    dead_letter_limit_share: float = setting(
        0.5,
        "The most of the latest records of one topic and partition that may be dead letters: a "
        "bad deployment must not drain its topic. Above it the topic is paused, or the worker "
        "stops. 1 never does.",
        "above 0, up to 1",
        gt=0,
        le=1,
    )
    dead_letter_limit_records: int = setting(
        10_000,
        "How many of the latest records that share is taken over.",
        "10 to 1000000",
        ge=10,
        le=1_000_000,
    )
    dead_letter_pauses: tuple[EventType, ...] = setting(
        PAUSABLE,
        "The event types whose topic is paused above that share, while all others are judged; "
        "`consentry resume` goes on with it. For any other type the worker stops: without "
        "withdrawals that cannot be read, what is judged meanwhile would seem permitted.",
        "event types, several with commas between, or none",
    )
    live_subjects: int = setting(
        1_000_000,
        "Subjects kept ready in memory in one worker.",
        "100 to 100000000",
        ge=100,
        le=100_000_000,
    )
    live_subjects_max_bytes: int = setting(
        1_073_741_824,
        "About how much memory they may take in one worker, all partitions together; those "
        "used last are kept.",
        "1048576 to 1000000000000",
        ge=1_048_576,
        le=1_000_000_000_000,
    )
    store: Store = setting(
        "memory",
        "Where the stored rows of subjects are kept: in memory, restored at every start, or "
        "in RocksDB on disk, for more subjects than fit into memory and quick restarts.",
        "memory or rocksdb",
    )
    store_folder: Path = setting(
        Path("consentry-state"),
        "Where RocksDB keeps them: a folder on a local disk. Below it each group and worker "
        "has a folder of its own. Lost, it is restored from the changelog.",
        "path of a folder",
    )
    store_cache_bytes: int = setting(
        268_435_456,
        "Memory of RocksDB in one worker: blocks read, their indexes and filters, and what "
        "is to be written.",
        "8388608 to 1000000000000",
        ge=8_388_608,
        le=1_000_000_000_000,
    )
    store_write_buffer_bytes: int = setting(
        67_108_864,
        "The part of it that may wait to be written; after a crash as much is read from the "
        "changelog again. At most half of store_cache_bytes is used.",
        "1048576 to 100000000000",
        ge=1_048_576,
        le=100_000_000_000,
    )

    @field_validator("dead_letter_pauses", mode="before")
    @classmethod
    def _split_types(cls, value: object) -> object:
        if isinstance(value, str):
            named = [part.strip() for part in value.split(",") if part.strip()]
            return () if named == ["none"] else tuple(named)
        return value

    @field_validator("heartbeat_interval_s")
    @classmethod
    def _heartbeats_fit_session(cls, value: float, info: ValidationInfo) -> float:
        session = info.data.get("session_timeout_s")
        if session is not None and value > session / 3:
            raise ValueError(f"must be at most {session / 3:.2f}, a third of session_timeout_s")
        return value
