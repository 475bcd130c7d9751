"""Whom a command is about: a pseudonym, or a value that is typed, piped in or in a file."""

from __future__ import annotations

import getpass
import io
import sys
from pathlib import Path

import pytest

from streams.cli.main import main
from streams.wire.pseudonym import ValueKind, pseudonym
from tests.cli.answering import Workers
from tests.cli.conftest import KEY
from tests.cli.test_pseudonym import feed
from tests.ingest.maps import MAP, RECORD, one

Capture = pytest.CaptureFixture[str]
MAIL, PHONE = "Jan@Example.nl ", "06 1234 5678"
JAN, JANS_PHONE = pseudonym(KEY, ValueKind.EMAIL, MAIL), pseudonym(KEY, ValueKind.PHONE, PHONE)
OF_MAIL = ("--pseudonym-of", "email")
OF_BOTH = (*OF_MAIL, "--pseudonym-of", "phone")


def restrict(*words: str) -> int:
    return main(["restrict", "--controller", "SHOP", "--why", "a letter", *words])


def of(workers: Workers) -> list[str]:
    """Whom commands were sent about."""
    return [command.person.subject_id for command, _ in workers.sent if command.person]


def test_a_value_that_is_piped_in(
    key: str, workers: Workers, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    feed(monkeypatch, f"{MAIL}\r\n{PHONE}\n".encode())
    assert restrict(*OF_BOTH, "--key-file", key) == 0
    assert of(workers) == [JAN, JANS_PHONE]
    shown = capsys.readouterr()
    assert JAN in shown.out
    assert "example" not in (shown.out + shown.err).lower()


def test_a_value_of_a_file(key: str, workers: Workers, tmp_path: Path) -> None:
    (tmp_path / "value").write_text(f"{MAIL}\n", "utf-8")
    assert restrict(*OF_MAIL, "--key-file", key, "--value-file", str(tmp_path / "value")) == 0
    assert of(workers) == [JAN]


def test_a_value_that_is_typed_is_not_shown(
    key: str, workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def typed(prompt: str, stream: object) -> str:
        asked.append(stream)
        return MAIL if "email" in prompt else PHONE

    monkeypatch.setattr(getpass, "getpass", typed)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    assert restrict(*OF_BOTH, "--key-file", key) == 0
    assert of(workers) == [JAN, JANS_PHONE]
    assert asked == [sys.stderr, sys.stderr]


@pytest.mark.parametrize("address", ["Jan@Example.nl ", "jan@BÜCHER.example", "ｊａｎ@example.nl"])
def test_it_is_the_subject_that_ingest_makes(
    address: str, workers: Workers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "key").write_bytes(b"only-for-test-vectors-never-for-people")
    feed(monkeypatch, address.encode())
    assert restrict(*OF_MAIL, "--key-file", str(tmp_path / "key")) == 0
    assert of(workers) == [one(MAP, RECORD | {"email": address})["subject_id"]]


def test_all_pseudonyms_that_the_identity_table_knows(workers: Workers, tmp_path: Path) -> None:
    table = tmp_path / "people.csv"
    table.write_text(f"customer-id,email,phone\np1-{'0' * 40},{JAN},{JANS_PHONE}\n", "utf-8")
    assert restrict("--subject", JAN, "--identities", str(table)) == 0
    assert sorted(of(workers)) == sorted([f"p1-{'0' * 40}", JAN, JANS_PHONE])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "--subject, or by --pseudonym-of"),
        (("--subject", JAN, *OF_MAIL), "and not by both"),
        (("--subject", JAN, "--value-file", "x"), "are for --pseudonym-of"),
        (OF_MAIL, "needs the secret key"),
        (("--pseudonym-of", "jan@example.nl", "--key-file", "KEY"), "the kind of the value"),
        ((*OF_BOTH, "--key-file", "KEY"), "1 values were given for 2"),
        (("--pseudonym-of", "phone", "--key-file", "KEY"), "value 1 (phone): not a phone number"),
    ],
)
def test_what_names_nobody_is_refused_without_a_word_of_it(
    words: tuple[str, ...],
    said: str,
    key: str,
    workers: Workers,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Capture,
) -> None:
    feed(monkeypatch, b"jan@example.nl\n")
    assert restrict(*(key if word == "KEY" else word for word in words)) == 2
    shown = " ".join(capsys.readouterr().err.split())
    assert said in shown
    assert "jan@" not in shown
    assert workers.sent == []


def test_nothing_piped_in_is_no_value(
    key: str, workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    assert restrict(*OF_MAIL, "--key-file", key) == 2
    assert workers.sent == []
