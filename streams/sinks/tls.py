"""TLS towards a receiver: whom we trust, and who we are."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Self

from pydantic import BaseModel, Field, model_validator

from streams.sinks.contract import SinkDown


class TlsOptions(BaseModel):
    """The keys for TLS. The host name is always checked."""

    ca_file: Path | None = Field(
        None, description="Authorities to trust (PEM), instead of those of the system."
    )
    client_certificate_file: Path | None = Field(
        None, description="Certificate that we show (PEM), for mutual TLS."
    )
    client_key_file: Path | None = Field(
        None,
        description="Its key (PEM, without a password); unset: it stands in the file of the "
        "certificate.",
    )

    @model_validator(mode="after")
    def _a_key_has_its_certificate(self) -> Self:
        if self.client_key_file is not None and self.client_certificate_file is None:
            raise ValueError("client_key_file goes with client_certificate_file")
        return self

    def tls_context(self) -> ssl.SSLContext:
        """What TLS checks and shows. Raises SinkDown for a file that cannot be used."""
        try:
            context = ssl.create_default_context(cafile=self.ca_file)
        except OSError as error:  # ssl.SSLError is one
            raise _unusable("ca_file", error) from None
        if self.client_certificate_file is not None:
            try:
                # Without a password, or OpenSSL would ask for one on the terminal.
                context.load_cert_chain(
                    self.client_certificate_file, self.client_key_file, password=""
                )
            except (OSError, ValueError) as error:
                raise _unusable("client_certificate_file or client_key_file", error) from None
        return context


def _unusable(key: str, error: Exception) -> SinkDown:
    what = "holds nothing usable in PEM"
    if isinstance(error, OSError) and not isinstance(error, ssl.SSLError):
        what = error.strerror or type(error).__name__
    remedy = "Name a readable PEM file; a key must have no password."
    return SinkDown(f"{key}: {what}", remedy, lasting=True)


def tls_down(error: ssl.SSLError) -> SinkDown:
    """TLS failed: the receiver's certificate, or ours. The words are OpenSSL's own."""
    if isinstance(error, ssl.SSLCertVerificationError):
        if error.verify_code in (9, 10):
            return SinkDown(
                f"the receiver's certificate is out of date: {error.verify_message}",
                "Renew it at the receiver, or set the clock of this machine.",
                lasting=True,
            )
        return SinkDown(
            f"the receiver's certificate is not trusted: {error.verify_message}",
            "ca_file must name the authority that signed it, and the URL a name that it holds.",
            lasting=True,
        )
    if any(word in (error.reason or "") for word in ("CERTIFICATE_REQUIRED", "ALERT_BAD_CERT")):
        return SinkDown(
            "the receiver asks for a client certificate, or refuses the one that is sent",
            "Name client_certificate_file and client_key_file (ssl_cert_file and ssl_key_file of a "
            "sink of type kafka), where this kind of sink has them.",
            lasting=True,
        )
    reason = (error.reason or "failed").lower().replace("_", " ")
    return SinkDown(
        f"TLS: {reason}", "Compare protocol, port and client certificate.", lasting=True
    )
