"""Settings of the schema registry, and of the form of what is read and written."""

from __future__ import annotations

from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import SecretStr, ValidationInfo, field_validator

from streams.settings.fields import SettingsGroup, setting

OutputFormat = Literal["avro", "avro-registry", "json", "cloudevents", "cloudevents-binary"]
InputEnvelope = Literal["none", "cloudevents"]


class RegistrySettings(SettingsGroup):
    """Where the schema registry is, how to log in, and what is written."""

    registry_url: str | None = setting(
        None,
        "Address of a schema registry with the REST interface of Confluent's: Confluent, Karapace, "
        "or Apicurio (its path ends in `/apis/ccompat/v7`). With one, input records that a "
        "registry's serializer wrote (00 and the id of the schema) are read: Avro, JSON Schema, "
        "Protobuf. Unset: such records are refused.",
        "http:// or https:// and a host, without a user; no query",
    )
    registry_id_bytes: int = setting(
        4,
        "How many bytes of a record hold the id of its schema: 4 as Confluent's serializers "
        "write, 8 as Apicurio's older ones do.",
        "4 or 8",
    )
    registry_username: str | None = setting(
        None, "User to log in at the registry (HTTP Basic).", "not empty", min_length=1
    )
    registry_password_file: Path | None = setting(
        None,
        "File that holds that user's password and nothing else; a line end after it is ignored.",
        "path of a readable file",
    )
    registry_password: SecretStr | None = setting(
        None,
        "That user's password itself. Taken from the environment only, and never shown.",
        "not empty; required with registry_username unless a file is named",
    )
    registry_token_file: Path | None = setting(
        None,
        "File that holds a bearer token for the registry, in place of user and password. It is "
        "read again for each connection, so whatever renews it needs no restart.",
        "path of a readable file; not with registry_username",
    )
    registry_ssl_ca_file: Path | None = setting(
        None,
        "Certificates of the authorities that sign the registry's certificate, as PEM. Unset: "
        "those of the operating system.",
        "path of a readable file; only with https",
    )
    registry_ssl_cert_file: Path | None = setting(
        None,
        "Certificate with which to log in at the registry (mutual TLS), as PEM.",
        "path of a readable file; only with https",
    )
    registry_ssl_key_file: Path | None = setting(
        None,
        "The private key of that certificate, as PEM without a password. Unset: it stands in "
        "the same file.",
        "path of a readable file; only with registry_ssl_cert_file",
    )
    registry_timeout_s: float = setting(
        10.0,
        "How long one answer of the registry may take. Worker and deliverer ask again until it "
        "answers; other commands give up after three tries.",
        "0.1 to 600",
        ge=0.1,
        le=600,
    )
    registry_auto_register: bool = setting(
        default=False,
        description="Whether a worker registers the schemas of findings and duties that "
        "`output_format` needs. Otherwise they must be registered before it starts.",
        allowed="true or false",
    )
    output_format: OutputFormat = setting(
        "avro",
        "How findings and duties are written: Avro in the single-object encoding, Avro as a "
        "registry's clients read it, JSON, or CloudEvents (structured: one JSON object; binary: "
        "JSON with attributes as headers). Every reader of Consentry reads all of them, so it "
        "may be changed at any time.",
        "avro, avro-registry (with registry_url), json, cloudevents or cloudevents-binary",
    )
    input_envelope: InputEnvelope = setting(
        "none",
        "Whether input records may be CloudEvents, structured or binary. What the event itself "
        "does not state is then taken from the attributes: `id` for event_id, `time` for "
        "occurred_at. Records that are none are read as ever.",
        "none or cloudevents",
    )

    @field_validator("registry_url")
    @classmethod
    def _url_is_one(cls, value: str | None) -> str | None:
        if value is None:
            return None
        try:
            parts = urlsplit(value)
            usable = (
                parts.scheme in ("http", "https")
                and parts.hostname
                and (parts.port is None or parts.port > 0)
                and value.isascii()
                and value.isprintable()
                and " " not in value
            )
        except ValueError:
            usable = False
            parts = urlsplit("")
        if not usable or parts.query or parts.fragment:
            raise ValueError("write it as https://host:port/path, without a query")
        if parts.username is not None or parts.password is not None:
            raise ValueError(
                "the address holds a user: use registry_username and registry_password_file"
            )
        return value.rstrip("/")

    @field_validator("registry_id_bytes")
    @classmethod
    def _four_or_eight(cls, value: int) -> int:
        if value not in (4, 8):
            raise ValueError("ids have 4 bytes, or 8")
        return value

    @field_validator("registry_username", "registry_token_file")
    @classmethod
    def _login_has_a_registry(
        cls, value: str | Path | None, info: ValidationInfo
    ) -> str | Path | None:
        if value is not None and "registry_url" in info.data and not info.data["registry_url"]:
            raise ValueError("registry_url is not set, so nobody logs in: set it, or leave it out")
        if isinstance(value, Path):
            if info.data.get("registry_username") is not None:
                raise ValueError("registry_username is given too: leave one out")
            _require_file(value)
        return value

    @field_validator("registry_password")
    @classmethod
    def _password_goes_with_a_user(
        cls, value: SecretStr | None, info: ValidationInfo
    ) -> SecretStr | None:
        if "registry_username" not in info.data:
            return value
        if value is not None and not value.get_secret_value():
            raise ValueError("the password is empty")
        if (info.data["registry_username"] is None) != (value is None):
            raise ValueError("registry_username and its password are given together or not at all")
        return value

    @field_validator("registry_ssl_ca_file", "registry_ssl_cert_file", "registry_ssl_key_file")
    @classmethod
    def _files_are_used(cls, value: Path | None, info: ValidationInfo) -> Path | None:
        if value is None or "registry_url" not in info.data:
            return value
        if not (info.data["registry_url"] or "").startswith("https:"):
            raise ValueError("registry_url does not begin with https: leave the file out")
        if (
            info.field_name == "registry_ssl_key_file"
            and info.data.get("registry_ssl_cert_file") is None
        ):
            raise ValueError("registry_ssl_cert_file is missing, whose key this is")
        _require_file(value)
        return value

    @field_validator("output_format")
    @classmethod
    def _format_has_a_registry(cls, value: OutputFormat, info: ValidationInfo) -> OutputFormat:
        if value == "avro-registry" and not info.data.get("registry_url", "unknown"):
            raise ValueError("avro-registry needs registry_url, which is not set")
        return value


def _require_file(path: Path) -> None:
    if not path.is_file():
        raise ValueError("no such file")
