"""What can be set for every sink, in its table `[sinks.NAME]` of the settings file."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, StringConstraints

from streams import __version__
from streams.siem.producer import Language, OcsfClass, OcsfVersion, Producer
from streams.sinks.contract import Sink

SinkName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
"""Part of a consumer group's name, of a metric's label and of a variable's name."""


class SinkOptions(BaseModel):
    """The keys that all sinks have; each kind adds its own.

    Secrets are never in the file: `token_file` names a file, or the variable
    `CONSENTRY_SINK_<NAME>_<KEY>` holds it, with `-` in the name as `_`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    type: str = Field(description="The kind of receiver.")
    tell: tuple[Literal["findings", "duties"], ...] = Field(
        ("findings", "duties"), description="What is delivered.", min_length=1
    )
    batch_max_records: int = Field(500, ge=1, le=10_000, description="Updates per batch at most.")
    batch_max_bytes: int = Field(
        1_000_000, ge=1_024, le=100_000_000, description="Bytes a request at most."
    )
    timeout_s: float = Field(
        20.0, gt=0, le=300, description="Seconds after which an attempt counts as failed."
    )
    rate_per_s: float | None = Field(
        None, gt=0, description="Updates per second at most; unset: no limit."
    )
    retry_first_s: float = Field(
        0.5, gt=0, le=60, description="Seconds before the second attempt; doubled from then on."
    )
    retry_max_s: float = Field(
        60.0, gt=0, le=86_400, description="Seconds between attempts at most, jitter included."
    )
    circuit_after: int = Field(
        5, ge=1, le=1_000, description="Failed attempts in a row that open the circuit."
    )
    circuit_retry_s: float = Field(
        30.0, gt=0, le=86_400, description="Seconds between probes while the circuit is open."
    )

    refused_limit_share: float = Field(
        0.5,
        ge=0,
        le=1,
        description="Above this share of refusals among the latest answers the sink halts, sets "
        "nothing aside, and goes on when the receiver takes something; 1: it never does.",
    )
    refused_limit_records: int = Field(
        50, ge=1, le=1_000_000, description="So many answers at least before that share counts."
    )

    removes: ClassVar[bool] = False
    """Whether the sink has its receiver delete what was delivered about a person who has left."""

    @property
    def takes(self) -> Literal["updates", "alerts"]:
        """Updates, one per revision, or alerts, one per message."""
        return "updates"

    def open(self) -> Sink[Any]:
        """The sink, not connected yet.

        Raises ConsentryError when something that it needs is not installed.
        """
        raise NotImplementedError

    @property
    def longest_s(self) -> float:
        """Seconds that one `send` may take: longer where a receiver confirms later than it takes."""
        return self.timeout_s

    @property
    def repeats_s(self) -> float | None:
        """Seconds after which alerts that fire are sent again; None: the receiver remembers them."""
        return None

    @classmethod
    def secrets(cls) -> tuple[str, ...]:
        """The keys that never stand in the file."""
        return tuple(
            key for key, field in cls.model_fields.items() if _holds_secret(field.annotation)
        )


def _holds_secret(annotation: object) -> bool:
    return annotation is SecretStr or any(map(_holds_secret, get_args(annotation)))


def _one_line(secret: SecretStr) -> SecretStr:
    text = secret.get_secret_value()
    if not text or not text.isascii() or not text.isprintable():
        raise ValueError("should be one line of ASCII")
    return secret


HeaderSecret = Annotated[SecretStr, AfterValidator(_one_line)]
"""A secret that can stand in a header."""


class UpdateOptions(SinkOptions):
    """What the formats of security tools want to know."""

    instance: str = Field(
        "consentry",
        min_length=1,
        max_length=200,
        description="Name of this installation: host in syslog, source in CloudEvents.",
    )
    language: Language = Field(Language.EN, description="Language of texts for people.")
    ocsf_version: OcsfVersion = Field(OcsfVersion.V1_8, description="Version of OCSF.")
    ocsf_class: OcsfClass = Field(
        OcsfClass.COMPLIANCE, description="Compliance Finding 2003 or Data Security Finding 2006."
    )
    syslog_facility: int = Field(13, ge=0, le=23, description="Facility in syslog; 13: log audit.")
    enterprise_number: int = Field(
        32473,
        ge=1,
        le=4_294_967_295,
        description="Your number at IANA, for structured data in syslog; 32473 is for examples.",
    )

    @property
    def producer(self) -> Producer:
        """The same for the formats."""
        return Producer(
            version=__version__,
            instance=self.instance,
            language=self.language,
            ocsf_version=self.ocsf_version,
            ocsf_class=self.ocsf_class,
            syslog_facility=self.syslog_facility,
            enterprise_number=self.enterprise_number,
        )
