"""A certificate authority for one local broker: the server's certificate, and a client's."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from streams.errors import ConsentryError

if TYPE_CHECKING:
    from pathlib import Path

_VALID_FOR = timedelta(days=397)


def write_certificates(ca_file: Path, server_file: Path, client_file: Path | None = None) -> None:
    """Write the authority's certificate, and keys with their chains, all PEM.

    The server's certificate is for localhost and 127.0.0.1, the client's for the user
    `CN=consentry`. The authority's key is thrown away: nothing else can be signed with it.

    Raises ConsentryError when the package `cryptography` is missing.
    """
    try:
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
    except ModuleNotFoundError:
        raise ConsentryError(
            "the package cryptography, which makes the broker's certificate, is not installed",
            "Install the extra: pip install 'consentry[local]'.",
        ) from None

    now = datetime.now(UTC)
    authority_key = ec.generate_private_key(ec.SECP256R1())

    def named(name: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])

    authority = named("Consentry local authority")

    def certificate(subject: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(authority)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(minutes=5))
            .not_valid_after(now + _VALID_FOR)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            # Python 3.13 checks strictly and refuses a chain without these.
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()),
                critical=False,
            )
        )

    def usage(*, signs_certificates: bool) -> x509.KeyUsage:
        return x509.KeyUsage(
            digital_signature=not signs_certificates,
            key_cert_sign=signs_certificates,
            crl_sign=signs_certificates,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            encipher_only=False,
            decipher_only=False,
        )

    pem = serialization.Encoding.PEM
    ca = (
        certificate(authority, authority_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage(signs_certificates=True), critical=True)
        .sign(authority_key, hashes.SHA256())
        .public_bytes(pem)
    )
    ca_file.write_bytes(ca)

    def write_leaf(file: Path, name: str, purpose: x509.ObjectIdentifier) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        leaf = (
            certificate(named(name), key.public_key())
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
            .add_extension(
                x509.SubjectAlternativeName(
                    [
                        x509.DNSName("localhost"),
                        x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
                    ]
                ),
                critical=False,
            )
            .sign(authority_key, hashes.SHA256())
        )
        file.touch(mode=0o600)
        file.write_bytes(
            key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
            + leaf.public_bytes(pem)
            + ca
        )

    write_leaf(server_file, "localhost", ExtendedKeyUsageOID.SERVER_AUTH)
    if client_file is not None:
        write_leaf(client_file, "consentry", ExtendedKeyUsageOID.CLIENT_AUTH)
