"""A secret that anybody could guess is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from streams.receive.secret_files import UnusableSecretError, read_line, read_secret
from tests.receive.senders import SECRETS, WHSEC


@pytest.mark.parametrize("text", [SECRETS[0], f"{SECRETS[0]}\n", f"{SECRETS[0]}\r\n", WHSEC[0]])
def test_a_secret_is_read_without_its_line_end(text: str, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_bytes(text.encode())
    assert read_secret(file) == text.strip()


@pytest.mark.parametrize(
    "text",
    [
        "changeme-changeme-1", "CHANGE_ME_abcdefgh12", "your-secret-goes-here", "yourToken12345678",
        "<signing-secret-of-shop>", "${SHOP_WEBHOOK_SECRET}", "{{ shop_webhook_secret }}",
        "xxxxxxxxabcdefgh1234", "placeholder-0123456", "replace-this-0123456", "********12345678",
        "example-signing-key-1", "short", "aaaaaaaaaaaaaaaaaaaaaaaa", "abababababababababab",
        "secret_____________", "password123456789",
    ],
)  # fmt: skip
def test_a_placeholder_is_refused_and_not_quoted(text: str, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(text)
    with pytest.raises(UnusableSecretError) as refused:
        read_secret(file)
    assert text not in str(refused.value)


@pytest.mark.parametrize(
    "data", [b"", b"\n", b"one\ntwo", b" blank", b"blank ", b"\xff\xfe", b"a\tb"]
)
def test_a_file_holds_one_line(data: bytes, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_bytes(data)
    with pytest.raises(UnusableSecretError):
        read_line(file)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(UnusableSecretError, match="unreadable"):
        read_secret(tmp_path / "none")
