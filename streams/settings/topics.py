"""Settings of the topics: names, sizes, how long records stay."""

from __future__ import annotations

import re
from typing import Any, Final

from pydantic import ValidationInfo, field_validator

from streams.settings.fields import SettingsGroup, setting

HEADER_ALLOWANCE: Final = 65_536
"""Bytes that a record set aside may need for its headers, beyond the record itself."""

_WEBHOOK: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")

_INPUTS = (
    "topic_consent_change",
    "topic_purchase",
    "topic_data_share",
    "topic_marketing_message",
    "topic_recipient_notification",
)
_TOPICS = (
    *_INPUTS,
    "topic_rekeyed",
    "topic_ticks",
    "topic_violations",
    "topic_duties",
    "topic_dead_letters",
    "topic_quarantine",
    "topic_delivery_dead_letters",
    "topic_alert_state",
    "topic_ingest_rejects",
    "topic_ingest_replay",
    "topic_control",
)


def topic_name(default: str, description: str) -> Any:
    """Declare a setting that names a topic."""
    allowed = "1 to 100 letters, digits, dots, hyphens or underscores"
    return setting(default, description, allowed, pattern=r"^[A-Za-z0-9._-]{1,100}$")


def input_names(default: str, description: str) -> Any:
    """Declare a setting that names the topics of one type of event."""
    name = "[A-Za-z0-9._-]{1,100}"
    return setting(
        default,
        f"{description} The first is also the one that `produce` and `ingest` write to.",
        "1 to 100 letters, digits, dots, hyphens or underscores; several with commas between",
        pattern=rf"^{name}(\s*,\s*{name})*$",
    )


def split_names(names: str) -> tuple[str, ...]:
    """The names that a setting lists."""
    return tuple(name.strip() for name in names.split(","))


class TopicSettings(SettingsGroup):
    """What the topics are called, and how they are made."""

    topic_prefix: str = setting(
        "",
        "Put before every topic name below, for buses that several environments share.",
        "up to 100 letters, digits, dots, hyphens or underscores",
        pattern=r"^[A-Za-z0-9._-]{0,100}$",
    )
    topic_consent_change: str = input_names(
        "consent-change", "Input: consent given and taken back."
    )
    topic_purchase: str = input_names("purchase", "Input: sales and what became of them.")
    topic_data_share: str = input_names("data-share", "Input: customer data that left.")
    topic_marketing_message: str = input_names("marketing-message", "Input: messages sent.")
    topic_recipient_notification: str = input_names(
        "recipient-notification", "Input: recipients notified of a withdrawal or erasure."
    )
    topic_rekeyed: str = topic_name(
        "consentry.rekeyed", "Records that came with another key or on another partition."
    )
    topic_ticks: str = topic_name("consentry.ticks", "The passing of time, for deadlines.")
    topic_violations: str = topic_name("consentry.violations", "Output: every finding.")
    topic_duties: str = topic_name("consentry.duties", "Output: duties to notify recipients.")
    topic_dead_letters: str = topic_name(
        "consentry.dead-letters", "Records that could not be judged."
    )
    topic_quarantine: str = topic_name(
        "consentry.quarantine", "Records that hold raw personal data."
    )
    topic_delivery_dead_letters: str = topic_name(
        "consentry.delivery-dead-letters", "Findings and duties that a receiver rejected."
    )
    topic_alert_state: str = topic_name(
        "consentry.alert-state", "What the alert policy remembers of each sink."
    )
    topic_ingest_rejects: str = topic_name(
        "consentry.ingest-rejects", "Records of sources that no map could map."
    )
    topic_ingest_replay: str = topic_name(
        "consentry.ingest-replay", "Rejected records of sources that ingest is to map again."
    )
    topic_control: str = topic_name(
        "consentry.control", "The policy in force, and every policy before it."
    )
    topic_commands: str = topic_name(
        "consentry.commands", "What operators order of workers: erase, restrict, rebuild."
    )
    topic_command_results: str = topic_name(
        "consentry.command-results", "What workers did of that."
    )
    topic_raw: str = topic_name(
        "consentry.raw.",
        "How the topics of webhooks begin: the name of the source follows.",
    )
    webhooks: tuple[str, ...] = setting(
        (),
        "Names of the webhook sources, each with a topic of its own. Unset: the tables "
        "`[receive.sources.NAME]` of the settings file.",
        "lower-case letters, digits and hyphens, a letter first; several with commas between",
    )

    partitions: int = setting(
        12,
        "Partitions of every topic that is keyed by subject. `consentry partitions grow` makes "
        "them more; changed by itself, subjects would move away from their state.",
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
    raw_partitions: int = setting(
        3,
        "Partitions of each topic of webhooks; ingest reads it in as many instances at most.",
        "1 to 1000",
        ge=1,
        le=1000,
    )
    raw_retention_days: float = setting(
        7.0,
        "How long webhooks stay as they came; they do hold personal data. Ingest must not stand "
        "still for longer.",
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
    ingest_reject_retention_days: float = setting(
        7.0,
        "How long rejected records of `consentry ingest` stay, and those sent to it again; they "
        "hold personal data as their source does.",
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
        "and headers. What does not fit is cut, with its length and hash.",
        f"at least input_max_bytes and {HEADER_ALLOWANCE} more, up to 200000000",
        le=200_000_000,
    )

    @field_validator(*_INPUTS, mode="before")
    @classmethod
    def _join_names(cls, value: object) -> object:
        if isinstance(value, list) and all(isinstance(name, str) for name in value):
            return ",".join(value)
        return value

    @field_validator(*_TOPICS)
    @classmethod
    def _topics_differ(cls, value: str, info: ValidationInfo) -> str:
        own = split_names(value)
        for other in _TOPICS:
            if other == info.field_name:
                continue
            for name in set(own) & set(split_names(info.data.get(other, ""))):
                raise ValueError(f"{other} is called {name} too; every topic needs its own name")
        if len(set(own)) < len(own):
            raise ValueError("a name stands twice; every topic needs its own name")
        return value

    @field_validator("webhooks", mode="before")
    @classmethod
    def _split_webhooks(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("webhooks")
    @classmethod
    def _webhooks_are_names(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not all(map(_WEBHOOK.fullmatch, value)) or len(set(value)) < len(value):
            raise ValueError(
                "each name has at most 40 lower-case letters, digits and hyphens, a letter "
                "first, and stands once"
            )
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
