"""Folders: every file is read, or named with the reason why not."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import fastavro
import pytest
from backports import zstd

from streams.errors import ConsentryError
from streams.files.find import find_inputs
from streams.files.read import read_events
from tests.check.events import lines, share

ONE = lines(share("a"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "in"
    made.mkdir()
    return made


def found(folder: Path) -> list[str]:
    return [os.path.relpath(file, folder) for file in find_inputs([str(folder)]).files]


def passed(folder: Path, output: Path | None = None) -> dict[str, tuple[str, bool]]:
    inputs = find_inputs([str(folder)], output)
    return {
        os.path.relpath(one.file, folder): (one.reason, one.unread) for one in inputs.passed_over
    }


def test_what_a_file_holds_counts_and_not_its_name(folder: Path) -> None:
    contents = {
        "a.JSONL": ONE, "b.jsonl.zst": zstd.compress(ONE), "c.jsonl.1": ONE, "d.gz": gzip.compress(ONE),
        "part-00000": ONE, "array.json": json.dumps([share("a")]).encode(),
        "pretty.JSON": json.dumps(share("a"), indent=2).encode(), "blank.json": b"\n\n" + ONE,
        "bom": b"\xef\xbb\xbf" + ONE, "crlf.txt": ONE.replace(b"\n", b"\r\n"), "bad.jsonl": b"{\n",
        "empty": b"", "badfirst.json": ONE[:50] + b"\n" + ONE,
    }  # fmt: skip
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    schema = {"type": "record", "name": "DataShare", "fields": [{"name": "x", "type": "string"}]}
    with (folder / "part-00001.snappy").open("wb") as file:
        fastavro.writer(file, fastavro.parse_schema(schema), [{"x": "y"}], codec="snappy")
    assert found(folder) == sorted([*contents, "part-00001.snappy"])
    assert passed(folder) == {}


@pytest.mark.parametrize(
    ("name", "content", "reason", "unread"),
    [
        ("a.parquet", b"PAR1", "a Parquet file", True),
        ("a.json", ONE.decode().encode("utf-16"), "UTF-16", True),
        ("a.csv", b"event_id,subject_id\n", "neither a JSON object nor a JSON array", True),
        ("a.txt", b"notes", "neither a JSON object nor a JSON array", True),
        ("a.lz4", b"\x04\x22\x4d\x18", "packed with lz4", True),
        (
            "a.tar.gz",
            gzip.compress(b"e".ljust(257, b"\0") + b"ustar", mtime=0),
            "a tar archive",
            True,
        ),
        ("a.toml", b"[sinks]\n", "neither a JSON object nor a JSON array", False),
        ("README.md", b"# Notes\n", "neither a JSON object nor a JSON array", False),
        ("truth.json", b'{\n "a": 1\n}', "no event_type stands in it", False),
        ("part-0", b'{"event_id": "a"}\n{"event_id": "b"}\n', "no event_type", True),
        ("list.json", b'[{"event_id": "a"}]', "no event_type stands in it", True),
        ("a.jsonl", b'{"kind":"finding","event_type":"x"}\n', "a report of this program", False),
    ],
)
def test_what_holds_no_events_is_named_with_the_reason(
    name: str, content: bytes, reason: str, folder: Path, *, unread: bool
) -> None:
    (folder / name).write_bytes(content)
    (folder / "events.jsonl").write_bytes(ONE)
    assert found(folder) == ["events.jsonl"]
    said, may_hold_events = passed(folder)[name]
    assert reason in said
    assert may_hold_events is unread


def test_hidden_files_are_named_and_count_where_they_hold_events(folder: Path) -> None:
    (folder / "events.jsonl").write_bytes(ONE)
    (folder / ".DS_Store").write_bytes(b"\0\0\0\x01Bud1")
    (folder / ".deep").mkdir()
    (folder / ".deep" / "x.jsonl").write_bytes(lines(share("hidden")))
    assert found(folder) == ["events.jsonl"]
    assert {name: unread for name, (_, unread) in passed(folder).items()} == {
        ".DS_Store": False, ".deep/x.jsonl": True,
    }  # fmt: skip
    assert found(folder / ".deep") == ["x.jsonl"]


def test_links_and_loops_are_named_and_not_followed(folder: Path) -> None:
    outside = folder.parent / "outside.jsonl"
    outside.write_bytes(ONE)
    (folder / "events.jsonl").write_bytes(lines(share("b")))
    (folder / "out").symlink_to(outside)
    (folder / "within").symlink_to("events.jsonl")
    (folder / "nowhere").symlink_to("none")
    (folder / "loop").symlink_to(folder)
    (folder / "self").symlink_to("self")
    (folder / "up").symlink_to(folder.parent)
    assert found(folder) == ["events.jsonl"]
    said = passed(folder)
    assert {name: unread for name, (_, unread) in said.items()} == {
        "out": True, "within": False, "nowhere": True, "loop": False, "self": True, "up": True,
    }  # fmt: skip
    assert str(outside) in said["out"][0]
    assert find_inputs([str(folder / "out")]).files == [str(folder / "out")]


def test_what_is_no_file_and_what_may_not_be_opened_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "events.jsonl").write_bytes(ONE)
    (folder / "closed.jsonl").write_bytes(ONE)
    os.mkfifo(folder / "pipe")
    real = Path.open

    def no_closed(path: Path, mode: str = "r") -> object:
        if path.name == "closed.jsonl":
            raise PermissionError(13, "Permission denied")
        return real(path, mode)

    monkeypatch.setattr(Path, "open", no_closed)
    assert found(folder) == ["events.jsonl"]
    assert passed(folder) == {
        "closed.jsonl": ("it cannot be opened: Permission denied", True),
        "pipe": ("it is no regular file", True),
    }


def test_a_file_is_read_once_under_whatever_names(folder: Path) -> None:
    first = folder / "a.jsonl"
    first.write_bytes(ONE)
    (folder / "b.jsonl").hardlink_to(first)
    inputs = find_inputs([str(folder), str(first), str(folder / "b.jsonl"), f"{folder}/./a.jsonl"])
    assert inputs.files == [str(first)]
    assert [(Path(one.file).name, one.unread) for one in inputs.passed_over] == [("b.jsonl", False)]


def test_a_name_of_any_bytes_is_read_and_can_be_shown(folder: Path) -> None:
    path = os.fsencode(folder) + b"/caf\xe9.jsonl"
    Path(os.fsdecode(path)).write_bytes(ONE)
    inputs = find_inputs([str(folder)])
    assert inputs.files == [os.fsdecode(path)]
    assert inputs.names == (f"{folder}/caf\\xe9.jsonl",)
    inputs.names[0].encode()


def test_an_output_is_not_read_and_does_not_replace_an_input(folder: Path) -> None:
    events, report = folder / "a.jsonl", folder / "report.jsonl"
    events.write_bytes(ONE)
    report.write_bytes(b'{"kind":"finding"}\n')
    for name in ("link", "hard"):
        (folder.parent / name).unlink(missing_ok=True)
    (folder.parent / "link").symlink_to(events)
    (folder.parent / "hard").hardlink_to(events)
    assert passed(folder, report)["report.jsonl"] == ("the result is written there", False)
    for output in (events, folder.parent / "link", folder.parent / "hard"):
        for given in (folder, events):
            with pytest.raises(ConsentryError, match="over the input"):
                find_inputs([str(given)], output)
    with pytest.raises(ConsentryError, match="over the input"):
        find_inputs([str(folder / "report.jsonl")], report)
    (folder / "new.jsonl").unlink(missing_ok=True)
    assert find_inputs([str(folder)], folder / "new.jsonl").files == [str(events)]


def test_an_empty_folder_is_no_input(folder: Path) -> None:
    with pytest.raises(ConsentryError, match="holds no event files"):
        find_inputs([str(folder)])
    with pytest.raises(ConsentryError, match="no file or folder"):
        find_inputs([str(folder) + "\0"])


def test_a_file_that_is_called_as_standard_input_is_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("-", "stdin"):
        (folder / name).write_bytes(ONE)
    monkeypatch.chdir(folder)
    inputs = find_inputs(["."])
    assert inputs.files == list(inputs.names) == ["./-", "./stdin"]
    assert [one.file for one in read_events(inputs.files)] == inputs.files


@pytest.mark.parametrize("folder_first", [True, False])
def test_what_is_hidden_or_behind_a_link_is_read_where_it_is_named(
    folder: Path, *, folder_first: bool
) -> None:
    outside, other = folder.parent / "outside.jsonl", folder.parent / "other"
    other.mkdir()
    for file in (folder / ".hidden.jsonl", outside, other / "a.jsonl"):
        file.write_bytes(lines(share(file.stem)))
    (folder / "link").symlink_to(outside)
    (folder / "link-to-folder").symlink_to(other)
    (folder / "unnamed").symlink_to(folder.parent)
    named = [str(folder / ".hidden.jsonl"), str(outside), str(other)]
    inputs = find_inputs([str(folder), *named] if folder_first else [*named, str(folder)])
    assert len(inputs.files) == 3
    assert [Path(one.file).name for one in inputs.passed_over if one.unread] == ["unnamed"]
