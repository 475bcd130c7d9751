"""TLS towards a server: whom to trust, and the certificate that this side shows."""

from __future__ import annotations

import ssl
from pathlib import Path

from pydantic import SecretStr

from streams.errors import ConsentryError


def client_context(
    *,
    ca_file: Path | None = None,
    cert_file: Path | None = None,
    key_file: Path | None = None,
    key_password: SecretStr | None = None,
    prefix: str = "",
    whose: str = "brokers'",
) -> ssl.SSLContext:
    """What TLS checks and shows. `prefix` is what the names of these settings begin with.

    Raises ConsentryError with setting and file when one of the files cannot be used.
    """
    try:
        context = ssl.create_default_context(cafile=ca_file)
    except OSError as error:  # ssl.SSLError is one
        what = "holds no PEM certificate" if isinstance(error, ssl.SSLError) else "is unreadable"
        raise ConsentryError(
            f"{prefix}ssl_ca_file {ca_file} {what}",
            f"Name a PEM file with the certificate of the authority that signed the {whose} "
            "certificates.",
        ) from None
    if cert_file is not None:
        _show(context, cert_file, key_file, key_password, prefix)
    return context


def _show(
    context: ssl.SSLContext,
    cert_file: Path,
    key_file: Path | None,
    key_password: SecretStr | None,
    prefix: str,
) -> None:
    # Never None: OpenSSL would ask for a password on the terminal.
    password = "" if key_password is None else key_password.get_secret_value()
    where = f"{prefix}ssl_key_file {key_file}" if key_file else f"{prefix}ssl_cert_file {cert_file}"
    try:
        context.load_cert_chain(cert_file, key_file, password=password)
    except ssl.SSLError as error:
        reason = error.reason or str(error)
        if "MISMATCH" in reason:
            raise ConsentryError(
                f"{where} holds a key that does not belong to {prefix}ssl_cert_file {cert_file}",
                "Name the private key with which this certificate was requested.",
            ) from None
        if _is_encrypted(key_file or cert_file):
            missing = "has a password, and none is given" if key_password is None else "is refused"
            what = where if key_password is None else f"the password of {where}"
            raise ConsentryError(
                f"{what} {missing}", f"Name the file with it in {prefix}ssl_key_password_file."
            ) from None
        raise ConsentryError(
            f"{prefix}ssl_cert_file {cert_file} and its key {key_file or 'in the same file'} "
            "are not both PEM",
            "Name a PEM certificate, with its chain, and its private key as PEM.",
        ) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise ConsentryError(
            f"{prefix}ssl_cert_file {cert_file} or its key {key_file or 'in the same file'} "
            f"cannot be read: {reason}",
            "Let the user of this process read both files.",
        ) from None


def _is_encrypted(file: Path) -> bool:
    try:
        return b"ENCRYPTED" in file.read_bytes()
    except OSError:
        return False
