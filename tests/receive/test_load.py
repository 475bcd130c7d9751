"""The table [receive]: all that is wrong with it, with the line, and no secret in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from streams.errors import ConsentryError
from streams.receive.load import Receiving, read_receiving
from streams.settings import load_settings
from tests.receive.senders import SECRETS, public_key, secret_files


def read(folder: Path, text: str) -> Receiving:
    files = secret_files(folder, SECRETS)
    config = folder / "consentry.toml"
    config.write_text(text.replace("FILE", files[0]).replace("OTHER", files[1]), "utf-8")
    return read_receiving(config, {})


def problems(folder: Path, text: str) -> str:
    with pytest.raises(ConsentryError) as refused:
        read(folder, text)
    return str(refused.value)


SHOP = '[receive.sources.shop]\nscheme = "shopify"\nsecret_files = ["FILE"]\n'


def test_a_source_needs_little(tmp_path: Path) -> None:
    found = read(tmp_path, SHOP)
    assert list(found.sources) == ["shop"]
    assert found.sources["shop"].options.id_header == "X-Shopify-Webhook-Id"
    assert (found.server.address, found.server.port) == ("127.0.0.1", 8090)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "there is no source to receive from"),
        ("receive = 1\n", "must be a table [receive]"),
        ("[receive]\nport = 1\n", "one at least"),
        (f"[receive]\nprot = 1\n{SHOP}", "receive.prot: there is no such key; did you mean port? (line 2)"),
        (f"[receive]\nport = 70000\n{SHOP}", "receive.port: should be less than or equal to 65535 (line 2)"),
        (f'[receive]\ncompression = "bzip2"\n{SHOP}', "receive.compression: should be 'none', 'gzip'"),
        (SHOP.replace("shop]", "Shop]"), "lower-case letters"),
        (SHOP.replace("shopify", "shopfy"), "did you mean shopify?"),
        ("[receive.sources.shop]\n", "scheme: is missing; the schemes are standard-webhooks"),
        (SHOP.replace('secret_files = ["FILE"]', ""), "secret_files: is missing"),
        (SHOP.replace('["FILE"]', "[]"), "at least 1 item"),
        (SHOP + 'secret = "hunter2-hunter2-hunter2"\n', "a secret stands in a file"),
        (SHOP + 'headers = ["Authorization"]\n', "never kept"),
        (SHOP + 'headers = ["X-Forwarded-For"]\n', "never kept"),
        (SHOP + 'headers = ["X-Shopify-Hmac-Sha256"]\n', "never kept"),
        (SHOP + 'headers = ["X-A", "x-a"]\n', "stands twice"),
        (SHOP + 'challenge = "hub"\n', "goes with verify_token_files"),
        (SHOP + 'verify_token_files = ["OTHER"]\n', "goes with verify_token_files"),
        (SHOP.replace("FILE", "/nowhere/at/all"), "the file is unreadable"),
        (SHOP.replace("shopify", "sendgrid"), "should be the public key"),
        (SHOP.replace("shopify", "standard-webhooks"), "whsec_"),
        (SHOP.replace("shopify", "hubspot"), "{url} in signed goes with public_url"),
        (SHOP.replace("shopify", "hmac"), "signature_header: is missing"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(text: str, said: str, tmp_path: Path) -> None:
    assert said in problems(tmp_path, text)


HMAC = SHOP.replace("shopify", "hmac") + 'signature_header = "X-Sig"\n'


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ('signed = "{timestamp}"', "says nothing of the body"),
        ('signed = "{body}{when}"', "made of body, id"),
        ('signed = "{body}}"', "made of body, id"),
        ('signed = "{timestamp}{body}"', "goes with timestamp_header"),
        ('timestamp_header = "X-At"', "a time that is not signed says nothing"),
        ('signed = "{timestamp}{body}"\ntimestamp_header = "X-At"\ntimestamp_item = "t"', "leave one out"),
        ('signed = "{timestamp}{body}"\ntimestamp_item = "t"', "goes with signature_item"),
        ('signed = "{id}{body}"', "goes with id_header"),
        ('public_url = "https://a.example/x"', "goes with public_url"),
        ('headers = ["X-Sig"]', "never kept"),
        ('secret_encoding = "hex"', "not written in hex"),
    ],
)  # fmt: skip
def test_what_is_signed_must_make_sense(lines: str, said: str, tmp_path: Path) -> None:
    assert said in problems(tmp_path, f"{HMAC}{lines}\n")


def test_all_is_said_at_once_and_no_secret(tmp_path: Path) -> None:
    text = (
        SHOP
        + 'token = "hunter2-hunter2"\n'
        + SHOP.replace("sources.shop", "sources.b").replace("shopify", "none")
    )
    said = problems(tmp_path, text)
    assert "receive.sources.shop.token" in said
    assert "receive.sources.b.scheme" in said
    assert "hunter2" not in said
    assert SECRETS[0] not in said


def test_a_public_key_is_taken_from_its_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(public_key("x"))
    text = SHOP.replace("shopify", "sendgrid").replace("FILE", str(tmp_path / "key"))
    assert read(tmp_path, text).sources["shop"].check.needs_body


def test_the_settings_know_the_sources(tmp_path: Path) -> None:
    config = tmp_path / "consentry.toml"
    config.write_text(f'topic_prefix = "acc."\n{SHOP}[receive.sources.mail]\n', "utf-8")
    settings = load_settings(config, environ={})
    assert settings.webhooks == ("shop", "mail")
    assert settings.topics.raw["shop"] == "acc.consentry.raw.shop"
    given = load_settings(config, environ={"CONSENTRY_WEBHOOKS": "shop, crm"})
    assert given.webhooks == ("shop", "crm")


@pytest.mark.parametrize("names", ["Shop", "a,a", "a b", "9a"])
def test_names_of_webhooks_are_checked(names: str) -> None:
    with pytest.raises(ConsentryError, match="CONSENTRY_WEBHOOKS"):
        load_settings(environ={"CONSENTRY_WEBHOOKS": names})
