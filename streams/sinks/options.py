"""What can be set for every sink, in its table `[sinks.NAME]` of the settings file."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

SinkName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
"""Part of a consumer group's name, of a metric's label and of a variable's name."""


class SinkOptions(BaseModel):
    """The keys that all sinks have; each kind adds its own.

    Secrets are never in the file: `token_file` names a file, or the variable
    `CONSENTRY_SINK_<NAME>_<KEY>` holds it, with `-` in the name as `_`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    type: str
    tell: tuple[Literal["findings", "duties"], ...] = Field(
        ("findings", "duties"), description="What is delivered.", min_length=1
    )
    batch_max_records: int = Field(500, ge=1, le=10_000, description="Letters a batch at most.")
    batch_max_bytes: int = Field(
        1_000_000, ge=1_024, le=100_000_000, description="Bytes a request at most."
    )
    timeout_s: float = Field(
        20.0, gt=0, le=300, description="Seconds after which an attempt counts as failed."
    )
    rate_per_s: float | None = Field(
        None, gt=0, description="Letters a second at most; unset: no limit."
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
