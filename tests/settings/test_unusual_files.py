"""Files of an installation that no careful hand writes: an error that names them, never a traceback."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from streams.delivery.alert_options import read_alert_options
from streams.errors import ConsentryError
from streams.ingest.golden import TEST_CONTROLLER, try_map
from streams.ingest.identities import load_identities
from streams.ingest.load import load_map
from streams.ingest.service.settings_table import ingest_table
from streams.policy_file import load_policy
from streams.receive.load import read_receiving
from streams.settings import load_settings
from streams.sinks.load import configured

Read = Callable[[Path], object]


def of_map(file: Path) -> object:
    """A map that names the file as its table."""
    folder = file.parent / "map"
    folder.mkdir()
    (folder / "map.toml").write_text(f'version = 1\n[tables]\npurposes = "{file}"\n')
    return load_map(folder, controller_id=TEST_CONTROLLER)


TOML: dict[str, Read] = {
    "settings": lambda file: load_settings(file, environ={}),
    "sinks": lambda file: configured(file, {}),
    "receive": lambda file: read_receiving(file, {}),
    "alerts": lambda file: read_alert_options(file, {}),
    "ingest": ingest_table,
    "map": load_map,
    "table": of_map,
    "policy": load_policy,
}
READERS: dict[str, Read] = {**TOML, "identities": load_identities}

TEXTS = {
    "deep": b"x = " + b"[" * 3000 + b"]" * 3000,
    "deep by dots": b"partitions" + b".a" * 3000 + b" = 1",
    "long": b"x = " + b"1" * 5000,
    "long and hexadecimal": b"x = 0x" + b"f" * 5000,
}


def said(read: Read, file: Path) -> str:
    with pytest.raises(ConsentryError) as raised:
        read(file)
    assert raised.value.remedy
    assert str(file) in str(raised.value)
    return str(raised.value)


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("reader", TOML)
def test_toml_that_python_cannot_hold_or_show(tmp_path: Path, reader: str, text: str) -> None:
    file = tmp_path / "file.toml"
    file.write_bytes(TEXTS[text])
    assert "is no TOML that can be read: " in said(TOML[reader], file)


@pytest.mark.parametrize("reader", READERS)
def test_bytes_that_are_no_text_are_named_with_their_line(tmp_path: Path, reader: str) -> None:
    file = tmp_path / "file.toml"
    file.write_bytes(b'\xef\xbb\xbf# one\n\nx = "\xff"\n')
    assert "cannot be read: line 3 is not UTF-8" in said(READERS[reader], file)


@pytest.mark.parametrize("reader", READERS)
def test_a_folder_is_no_file(tmp_path: Path, reader: str) -> None:
    file = tmp_path / "file.toml"
    file.mkdir()
    assert "cannot be read: " in said(READERS[reader], file)


@pytest.mark.parametrize("reader", TOML)
def test_what_is_no_toml_is_named_with_its_line(tmp_path: Path, reader: str) -> None:
    file = tmp_path / "file.toml"
    file.write_text("\nx = = 1\n")
    assert f"{file}:2 is not TOML: " in said(TOML[reader], file)


@pytest.mark.parametrize("table", ["receive.sources.a", "sinks.a", "ingest"])
def test_a_name_that_no_file_has_is_named_with_its_key(tmp_path: Path, table: str) -> None:
    file = tmp_path / "file.toml"
    file.write_text(f'[{table}]\nfiles = ["a", "b\\u0000"]\n')
    assert f"{file}, {table}.files: " in said(lambda one: load_settings(one, environ={}), file)


def test_a_byte_order_mark_is_passed_over_and_lines_are_those_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "file.toml"
    file.write_bytes(b"\xef\xbb\xbf[alerts]\n\nrouts = []\n")
    load_settings(file, environ={})
    assert "(line 3)" in said(lambda one: read_alert_options(one, {}), file)


def test_a_register_whose_values_stand_too_deep(tmp_path: Path) -> None:
    register = tmp_path / "register.json"
    register.write_text('[{"recipient_id": ' + "[" * 900 + "]" * 900 + "}]")
    (tmp_path / "p.toml").write_text('[registers]\nrecipients = "register.json"\n')
    with pytest.raises(ConsentryError, match="not JSON that can be read"):
        load_policy(tmp_path / "p.toml")


def test_golden_pairs_that_are_no_text(tmp_path: Path) -> None:
    folder = next(one.parent for one in sorted(Path("connectors").rglob("golden.jsonl")))
    for one in folder.iterdir():
        if one.is_file():
            (tmp_path / one.name).write_bytes(one.read_bytes())
    (tmp_path / "golden.jsonl").write_bytes(b"\n\xff\n")
    with pytest.raises(ConsentryError, match=r"golden\.jsonl cannot be read: line 2 is not UTF-8"):
        try_map(tmp_path)
