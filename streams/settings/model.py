"""Every setting of Consentry as one frozen value.

Building a `Settings` reads nothing: no environment, no file. `load_settings` does that,
once, at the edge of the program.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
)

from streams.settings.connection import (
    Connection,
    SaslMechanism,
    SecurityProtocol,
    encrypts,
    needs_password,
)
from streams.settings.names import TopicNames

TickSource = Literal["worker", "external"]

HEADER_ALLOWANCE: Final = 65_536
"""Bytes that a record set aside may need for its headers, beyond the record itself."""

SUBJECT_TABLE: Final = "subjects"
"""Name of the Faust table of subjects, part of its changelog's name."""

_BROKER = re.compile(r"(\[[0-9A-Fa-f:]+\]|[A-Za-z0-9._-]+):([0-9]{1,5})", re.ASCII)
_TOPIC_PART = r"^[A-Za-z0-9._-]{1,100}$"
_IDENTIFIER = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"
_TOPICS = (
    "topic_consent_change",
    "topic_purchase",
    "topic_data_share",
    "topic_marketing_message",
    "topic_recipient_notification",
    "topic_rekeyed",
    "topic_ticks",
    "topic_violations",
    "topic_duties",
    "topic_dead_letters",
    "topic_quarantine",
)


def setting(default: Any, description: str, allowed: str, **limits: Any) -> Any:
    """A field with what people need to know of it: what it is for and what it may be."""
    return Field(default, description=description, json_schema_extra={"allowed": allowed}, **limits)


def topic_name(default: str, description: str) -> Any:
    """A field that names a topic."""
    allowed = "1 to 100 letters, digits, dots, hyphens or underscores"
    return setting(default, description, allowed, pattern=_TOPIC_PART)


class Settings(BaseModel):
    """All settings. Durations and sizes carry their unit in the name.

    The order of the fields is the order of the table in docs/operations.md, and rules
    over two settings stand with the later one.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_default=True, hide_input_in_errors=True
    )

    brokers: tuple[str, ...] = setting(
        ("127.0.0.1:9092",),
        "Addresses to reach the Kafka cluster by; one that answers is enough.",
        "host:port, several with commas between",
    )
    security_protocol: SecurityProtocol = setting(
        "PLAINTEXT",
        "How to talk to the brokers. Use SASL_SSL wherever others share the network.",
        "PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL",
    )
    ssl_ca_file: Path | None = setting(
        None,
        "Certificates of the authorities that sign the brokers' certificates, as PEM. "
        "Unset: those of the operating system.",
        "path of a readable file; only with SSL or SASL_SSL",
    )
    ssl_check_hostname: bool = setting(
        True,
        "Whether a broker's certificate must name the host that was dialled.",
        "true or false",
    )
    sasl_mechanism: SaslMechanism = setting(
        "SCRAM-SHA-512",
        "How the password is proved. PLAIN sends it as it is: only over TLS.",
        "PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512",
    )
    sasl_username: str | None = setting(
        None, "User to log in as.", "required with SASL_PLAINTEXT and SASL_SSL", min_length=1
    )
    sasl_password_file: Path | None = setting(
        None,
        "File that holds the password and nothing else; a line end after it is ignored.",
        "path of a readable file",
    )
    sasl_password: SecretStr | None = setting(
        None,
        "The password itself. Taken from the environment only, never from a settings file "
        "or an argument, and never shown.",
        "not empty; required with SASL_PLAINTEXT and SASL_SSL unless a file is named",
    )
    connect_timeout_s: float = setting(
        10.0, "How long to try to reach a broker before giving up.", "0.1 to 600", ge=0.1, le=600
    )

    application_id: str = setting(
        "consentry",
        "Name of this installation: consumer group, changelog topic and transactional ids "
        "begin with it.",
        "1 to 100 letters, digits, dots, hyphens or underscores, a letter or digit first",
        pattern=_IDENTIFIER,
    )
    generation: int = setting(
        1,
        "Raise it to judge everything again from the start of the inputs with new state; "
        "group, changelog and transactional ids then carry the number.",
        "1 to 1000000",
        ge=1,
        le=1_000_000,
    )
    instance_id: str | None = setting(
        None,
        "Lasting name of this worker. With one, a restart takes its partitions back within "
        "seconds. Two workers must never share it. Unset: a new member at every start.",
        "1 to 100 letters, digits, dots, hyphens or underscores, a letter or digit first",
        pattern=_IDENTIFIER,
    )
    policy_file: Path | None = setting(
        None,
        "The legal settings and registers (`consentry policy show`). Unset: the defaults.",
        "path of a TOML file",
    )

    topic_prefix: str = setting(
        "",
        "Put before every topic name below, for buses that several environments share.",
        "up to 100 letters, digits, dots, hyphens or underscores",
        pattern=r"^[A-Za-z0-9._-]{0,100}$",
    )
    topic_consent_change: str = topic_name("consent-change", "Input: consent given and taken back.")
    topic_purchase: str = topic_name("purchase", "Input: sales and what became of them.")
    topic_data_share: str = topic_name("data-share", "Input: customer data that left.")
    topic_marketing_message: str = topic_name("marketing-message", "Input: messages sent.")
    topic_recipient_notification: str = topic_name(
        "recipient-notification", "Input: recipients told of a withdrawal or erasure."
    )
    topic_rekeyed: str = topic_name(
        "consentry.rekeyed", "Records that came with another key or on another partition."
    )
    topic_ticks: str = topic_name("consentry.ticks", "The passing of time, for deadlines.")
    topic_violations: str = topic_name("consentry.violations", "Output: every finding.")
    topic_duties: str = topic_name("consentry.duties", "Output: duties to tell recipients.")
    topic_dead_letters: str = topic_name(
        "consentry.dead-letters", "Records that could not be judged."
    )
    topic_quarantine: str = topic_name(
        "consentry.quarantine", "Records that hold raw personal data."
    )

    partitions: int = setting(
        12,
        "Partitions of every topic that is keyed by subject. It cannot be changed later: "
        "subjects would move away from their state.",
        "1 to 1000",
        ge=1,
        le=1000,
    )
    replication_factor: int | None = setting(
        None,
        "Copies of each partition for topics that Consentry creates. Unset: the cluster's default.",
        "1 to 9",
        ge=1,
        le=9,
    )
    input_retention_days: float = setting(
        30.0,
        "How long inputs and re-keyed records stay on the bus, counted from their arrival.",
        "0.01 to 36500",
        ge=0.01,
        le=36_500,
    )
    tick_retention_hours: float = setting(
        24.0, "How long ticks stay on the bus.", "1 to 8760", ge=1, le=8760
    )
    dead_letter_retention_days: float = setting(
        14.0,
        "How long dead letters stay; they may hold personal data.",
        "0.01 to 90",
        ge=0.01,
        le=90,
    )
    quarantine_retention_days: float = setting(
        3.0,
        "How long quarantined records stay; they do hold personal data.",
        "0.01 to 30",
        ge=0.01,
        le=30,
    )
    input_max_bytes: int = setting(
        1_048_588,
        "Largest record batch on an input topic.",
        "1024 to 100000000",
        ge=1024,
        le=100_000_000,
    )
    output_max_bytes: int = setting(
        4_259_840,
        "Largest record batch on every other topic: dead letters hold a whole input record "
        "and headers.",
        f"at least input_max_bytes and {HEADER_ALLOWANCE} more, up to 200000000",
        le=200_000_000,
    )

    tick_source: TickSource = setting(
        "worker",
        "Who writes ticks: the workers, or a scheduler of your own.",
        "worker or external",
    )
    tick_interval_s: float = setting(
        1.0, "Time between ticks: how late a passed deadline is seen.", "0.1 to 60", ge=0.1, le=60
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
        "Polls that may wait to be judged before the next one is made.",
        "1 to 1000",
        ge=1,
        le=1000,
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
    dead_letter_limit_share: float = setting(
        0.5,
        "The worker stops when more than this share of the latest records were dead "
        "letters: a bad deployment must not drain a topic. 1 never stops.",
        "above 0, up to 1",
        gt=0,
        le=1,
    )
    dead_letter_limit_records: int = setting(
        1000,
        "How many of the latest records that share is taken over.",
        "10 to 1000000",
        ge=10,
        le=1_000_000,
    )
    live_subjects: int = setting(
        100_000,
        "Subjects kept ready in memory in one worker.",
        "100 to 100000000",
        ge=100,
        le=100_000_000,
    )

    @field_validator("brokers", mode="before")
    @classmethod
    def _split_brokers(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("brokers")
    @classmethod
    def _brokers_are_addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        matches = [_BROKER.fullmatch(address) for address in value]
        if not value or not all(match and 0 < int(match[2]) < 65_536 for match in matches):
            raise ValueError("name at least one broker as host:port, commas between")
        return value

    @field_validator("ssl_ca_file")
    @classmethod
    def _ca_file_is_used(cls, value: Path | None, info: ValidationInfo) -> Path | None:
        protocol = info.data.get("security_protocol")
        if value is None or protocol is None:
            return value
        if not encrypts(protocol):
            raise ValueError(
                f"security_protocol is {protocol}, which does not use TLS: choose SSL or "
                "SASL_SSL, or leave the file out"
            )
        if not value.is_file():
            raise ValueError("no such file")
        return value

    @field_validator("sasl_username", "sasl_password")
    @classmethod
    def _credentials_are_complete(
        cls, value: str | SecretStr | None, info: ValidationInfo
    ) -> str | SecretStr | None:
        protocol = info.data.get("security_protocol")
        if isinstance(value, SecretStr) and not value.get_secret_value():
            raise ValueError("the password is empty")
        if protocol is None or needs_password(protocol) == (value is not None):
            return value
        if value is None:
            raise ValueError(f"missing: security_protocol is {protocol}, which needs it")
        raise ValueError(
            f"security_protocol is {protocol}, which does not log in: choose SASL_SSL, or "
            "leave it out"
        )

    @field_validator(*_TOPICS)
    @classmethod
    def _topics_differ(cls, value: str, info: ValidationInfo) -> str:
        for other in _TOPICS:
            if other != info.field_name and info.data.get(other) == value:
                raise ValueError(f"{other} has this name already")
        return value

    @field_validator("output_max_bytes")
    @classmethod
    def _outputs_hold_inputs(cls, value: int, info: ValidationInfo) -> int:
        inputs = info.data.get("input_max_bytes")
        if inputs is not None and value < inputs + HEADER_ALLOWANCE:
            raise ValueError(
                f"must be at least {inputs + HEADER_ALLOWANCE}: input_max_bytes and "
                f"{HEADER_ALLOWANCE} for headers"
            )
        return value

    @field_validator("heartbeat_interval_s")
    @classmethod
    def _heartbeats_fit_session(cls, value: float, info: ValidationInfo) -> float:
        session = info.data.get("session_timeout_s")
        if session is not None and value > session / 3:
            raise ValueError(f"must be at most {session / 3:.2f}, a third of session_timeout_s")
        return value

    @property
    def connection(self) -> Connection:
        """How to reach the brokers, for every client library alike."""
        return Connection(
            brokers=self.brokers,
            security_protocol=self.security_protocol,
            ca_file=self.ssl_ca_file,
            check_hostname=self.ssl_check_hostname,
            mechanism=self.sasl_mechanism,
            username=self.sasl_username,
            password=self.sasl_password,
            connect_timeout_s=self.connect_timeout_s,
        )

    @property
    def topics(self) -> TopicNames:
        """The names of all topics, prefix included."""
        prefix = self.topic_prefix
        return TopicNames(
            consent_change=prefix + self.topic_consent_change,
            purchase=prefix + self.topic_purchase,
            data_share=prefix + self.topic_data_share,
            marketing_message=prefix + self.topic_marketing_message,
            recipient_notification=prefix + self.topic_recipient_notification,
            rekeyed=prefix + self.topic_rekeyed,
            ticks=prefix + self.topic_ticks,
            violations=prefix + self.topic_violations,
            duties=prefix + self.topic_duties,
            dead_letters=prefix + self.topic_dead_letters,
            quarantine=prefix + self.topic_quarantine,
            changelog=f"{self.group_id}-{SUBJECT_TABLE}-changelog",
        )

    @property
    def group_id(self) -> str:
        """The workers' consumer group, as Faust names it from app id and version."""
        if self.generation == 1:
            return self.application_id
        return f"{self.application_id}-v{self.generation}"

    def transactional_id(self, partition: int) -> str:
        """The id of the producer that commits for one partition number."""
        return f"{self.transactional_id_prefix}{partition}"

    @property
    def transactional_id_prefix(self) -> str:
        """What the transactional ids of all partition numbers begin with."""
        return f"{self.application_id}-{self.generation}-"
