"""`consentry pseudonym`: values in, subject ids out, values nowhere else."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from streams.cli.main import main
from streams.wire.pseudonym import ValueKind
from streams.wire.pseudonym import pseudonym as subject_id_of
from tests.cli.conftest import KEY


def feed(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))


def test_one_line_for_each_value(
    key: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    feed(monkeypatch, b"jan@example.nl\r\nPIET@example.nl\n")
    assert main(["pseudonym", "--key-file", key, "--email"]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines() == [
        subject_id_of(KEY, ValueKind.EMAIL, "jan@example.nl"),
        subject_id_of(KEY, ValueKind.EMAIL, "piet@example.nl"),
    ]
    assert err == ""


def test_a_bad_value_keeps_its_line_and_is_named_by_it(
    key: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    feed(monkeypatch, b"0612345678\nsecret-word\n0201234567")
    assert main(["pseudonym", "--key-file", key, "--phone"]) == 1
    out, err = capsys.readouterr()
    assert [bool(line) for line in out.splitlines()] == [True, False, True]
    assert "line 2" in err
    assert "secret" not in out + err


def test_json_lines(key: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    values = tmp_path / "ids"
    values.write_text("\ufeffid-1\n\n", "utf-8")
    arguments = ["pseudonym", str(values), "--key-file", key, "--customer-id", "--json"]
    assert main(arguments) == 1
    first, second = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert first == {"line": 1, "subject_id": subject_id_of(KEY, ValueKind.CUSTOMER_ID, "id-1")}
    assert second == {"line": 2, "error": "empty"}


def test_nothing_in_gives_nothing_out(
    key: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    feed(monkeypatch, b"")
    assert main(["pseudonym", "--key-file", key, "--email"]) == 0
    assert capsys.readouterr().out == ""


def test_a_value_as_argument_is_refused_and_not_repeated(
    key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["pseudonym", "jan@example.nl", "--key-file", key, "--email"]) == 2
    out, err = capsys.readouterr()
    assert "never arguments" in err
    assert "jan" not in out + err


@pytest.mark.parametrize("kinds", [[], ["--email", "--phone"]])
def test_one_kind_must_be_named(
    key: str, kinds: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["pseudonym", "--key-file", key, *kinds]) == 2
    assert "--customer-id" in capsys.readouterr().err


def test_a_key_that_others_can_read_is_warned_of(
    key: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path(key).chmod(0o644)
    feed(monkeypatch, b"x\n")
    assert main(["pseudonym", "--key-file", key, "--customer-id"]) == 0
    assert "chmod 600" in capsys.readouterr().err


def test_values_in_another_encoding_are_refused(
    key: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    feed(monkeypatch, "zoë@example.nl".encode("latin-1"))
    assert main(["pseudonym", "--key-file", key, "--email"]) == 2
    assert "UTF-8" in capsys.readouterr().err
