"""Settings of the workers: who they are, and which policy they begin with."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationInfo, field_validator

from streams.settings.fields import SettingsGroup, setting
from streams.settings.installation import DEFAULT_APPLICATION_ID

_IDENTIFIER = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"
_IDENTIFIER_OR_NONE = r"^([A-Za-z0-9][A-Za-z0-9._-]{0,99})?$"


class IdentitySettings(SettingsGroup):
    """Whose state and which group a worker has."""

    application_id: str = setting(
        "",
        "Name of this installation: consumer groups, changelog topic and transactional ids "
        "begin with it. No two installations on one bus may share it. Unset: `topic_prefix` "
        f"and `{DEFAULT_APPLICATION_ID}`.",
        "1 to 100 letters, digits, dots, hyphens or underscores, a letter or digit first",
        pattern=_IDENTIFIER_OR_NONE,
    )
    generation: int = setting(
        1,
        "Raise it for a second installation beside the first, which judges the inputs from their "
        "start; group, changelog and transactional ids then carry the number. A change of the "
        "policy or the rules does not need it.",
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
        "The legal settings and registers with which an installation begins; from then on the "
        "policy in force is on `topic_control`. Unset: the defaults.",
        "path of a TOML file",
    )

    @field_validator("application_id")
    @classmethod
    def _named_by_prefix(cls, value: str, info: ValidationInfo) -> str:
        return value or f"{info.data.get('topic_prefix', '')}{DEFAULT_APPLICATION_ID}"
