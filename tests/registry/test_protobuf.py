"""Protobuf of a registry: what is stated, and what a schema leaves open."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import pytest

from streams.errors import ConsentryError
from streams.registry.protobuf import protobuf_reader
from streams.wire.errors import WireError
from tests.registry.fake import FakeRegistry, framed
from tests.registry.test_reading import plain, read, refused
from tests.wire.builders import share

pytest.importorskip("grpc_tools", reason="the extra `protobuf` is not installed")


def compiled(schema: str, parts: dict[str, str], folder: Path, name: str) -> Any:
    """The classes of a schema by protoc, as a producer has them."""
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
    from grpc_tools import protoc

    for path, text in {**parts, "main.proto": schema}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    known = Path(importlib.import_module("grpc_tools").__path__[0]) / "_proto"
    out = folder / "out"
    assert protoc.main(["protoc", f"-I{folder}", f"-I{known}", "--include_imports",
                        f"--descriptor_set_out={out}", "main.proto"]) == 0  # fmt: skip
    pool = descriptor_pool.DescriptorPool()
    for file in descriptor_pb2.FileDescriptorSet.FromString(out.read_bytes()).file:
        pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(name))


def body(text: str, name: str, folder: Path, fields: dict[str, Any], index: bytes) -> bytes:
    from google.protobuf import json_format

    message = compiled(text, {}, folder, name)()
    json_format.ParseDict(fields, message)
    return index + bytes(message.SerializeToString())


def one(fields: str) -> str:
    return f'syntax = "proto3"; message M {{ {fields} }}'


def shared(**more: str) -> tuple[str, dict[str, Any]]:
    """A schema with the fields of a share, and a record of it."""
    record = json.loads(share(recipient_country="NL"))
    del record["event_type"]
    lines = []
    for number, (name, member) in enumerate(record.items(), 1):
        kind = "google.protobuf.Timestamp" if name.endswith("_at") else "string"
        kind = f"repeated {kind}" if isinstance(member, list) else kind
        lines.append(f"{more.pop(name, kind)} {name} = {number};")
    lines += [f"{kind} {name} = {50 + at};" for at, (name, kind) in enumerate(more.items())]
    text = 'syntax = "proto3"; import "google/protobuf/timestamp.proto"; '
    return text + "message Other { string x = 1; } message M { " + " ".join(lines) + " }", record


def test_a_message_is_the_same_event(fake: FakeRegistry, tmp_path: Path) -> None:
    text, record = shared()
    number = fake.add(text, "PROTOBUF")
    # The second message of the file: one index, 1, in zigzag.
    value = framed(number, body(text, "M", tmp_path, record, b"\x02\x02"))
    assert read(fake, value) == plain()


def test_symbols_lose_the_name_of_their_enum(fake: FakeRegistry, tmp_path: Path) -> None:
    text, record = shared(purpose="SharePurpose")
    symbol = f"SHARE_PURPOSE_{record['purpose']}"
    text += f"enum SharePurpose {{ SHARE_PURPOSE_UNSPECIFIED = 0; {symbol} = 1; }}"
    number = fake.add(text, "PROTOBUF")
    good = body(text, "M", tmp_path, record | {"purpose": symbol}, b"\x02\x02")
    assert read(fake, framed(number, good)) == plain()
    unstated = body(text, "M", tmp_path, record | {"purpose": 0}, b"\x02\x02")
    reason, field = refused(fake, framed(number, unstated))
    assert field == "purpose"
    assert "missing" in reason


def test_imports_come_from_the_registry(fake: FakeRegistry, tmp_path: Path) -> None:
    part = 'syntax = "proto3"; package p; message At { string x = 1; }'
    fake.add(part, "PROTOBUF", subject="p/at.proto")
    text, record = shared()
    text = text.replace("message Other", 'import "p/at.proto"; message Other', 1)
    reference = {"name": "p/at.proto", "subject": "p/at.proto", "version": 1}
    number = fake.add(text, "PROTOBUF", [reference])
    found = compiled(text, {"p/at.proto": part}, tmp_path, "M")()
    from google.protobuf import json_format

    json_format.ParseDict(record, found)
    value = framed(number, b"\x02\x02" + found.SerializeToString())
    assert read(fake, value) == plain()
    without = fake.add(text, "PROTOBUF")
    assert "protoc does not compile it" in refused(fake, framed(without, b"\0"))[0]


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("bool separate_act = 1;", "separate_act is false or unset"),
        ("int64 expires_at = 1;", "expires_at is 0 or unset"),
    ],
)
def test_a_zero_that_may_be_nobody_s_statement_is_refused(field: str, said: str) -> None:
    with pytest.raises(WireError, match=said):
        protobuf_reader(one(field), {})(b"\0")
    assert protobuf_reader(one(f"optional {field}"), {})(b"\0") == {}
    stated = protobuf_reader(one(f"optional {field}"), {})(b"\0\x08\0")
    assert stated[field.split()[1]] in (False, "1970-01-01T00:00:00.000Z")


def test_a_zero_of_an_enum_that_says_something_is_refused() -> None:
    enum = "enum Action { ACTION_GRANTED = 0; } "
    with pytest.raises(WireError, match="action may be unset"):
        protobuf_reader(one(f"{enum} Action action = 1;"), {})(b"\0")
    stated = protobuf_reader(one(f"{enum} optional Action action = 1;"), {})(b"\0\x08\0")
    assert stated == {"action": "GRANTED"}


def test_a_zero_of_a_field_that_nothing_reads_is_no_fault() -> None:
    assert protobuf_reader(one("bool fast = 1; string subject_id = 2;"), {})(b"\0") == {
        "fast": False
    }


def test_other_readers_get_zeros_and_symbols_as_they_stand() -> None:
    text = one("enum Action { ACTION_GRANTED = 0; } Action action = 1; bool separate_act = 2;")
    found = protobuf_reader(text, {}, of_events=False)(b"\0")
    assert found == {"action": "ACTION_GRANTED", "separate_act": False}


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (b"", "does not name a message"),
        (b"\x02\x04", "does not name a message"),
        (b"\x7f", "does not name a message"),
        (b"\xff\xff\xff\xff\xff\xff", "does not name a message"),
        (b"\0\x0a\x09abc", "does not fit its schema"),
        (b"\0\x52\x01a", "holds fields that its schema does not have"),
    ],
)
def test_bytes_that_do_not_fit(value: bytes, said: str) -> None:
    with pytest.raises(WireError, match=said):
        protobuf_reader(one("string subject_id = 1;"), {})(value)


def test_nested_messages_lists_and_maps() -> None:
    text = one(
        "message In { repeated int64 n = 1; } In in = 1; map<string, bool> flags = 2; bytes b = 3;"
    )
    found = protobuf_reader(text, {})(
        b"\0\x0a\x04\x0a\x02\x01\x02\x12\x05\x0a\x01x\x10\x01\x1a\x01z"
    )
    assert found == {"in": {"n": [1, 2]}, "flags": {"x": True}, "b": {"of_bytes": "z"}}


def test_depth_is_bounded() -> None:
    text = one("M m = 1;")
    value = b""
    for _ in range(40):
        value = b"\x0a" + bytes([len(value)]) + value
    with pytest.raises(WireError, match="nested deeper"):
        protobuf_reader(text, {})(b"\0" + value)


def test_a_path_that_leaves_its_folder_is_refused(fake: FakeRegistry, tmp_path: Path) -> None:
    fake.add('syntax = "proto3";', "PROTOBUF", subject="x")
    for name in ("../out.proto", "/tmp/out.proto"):  # noqa: S108 - what is refused
        reference = {"name": name, "subject": "x", "version": 1}
        number = fake.add(one("string a = 1;"), "PROTOBUF", [reference])
        assert "leaves its folder" in refused(fake, framed(number, b"\0"))[0]


@pytest.mark.parametrize("names", [("x", "x/y.proto"), (".",), ("x" * 300,)])
def test_a_path_that_is_no_name_of_a_file_is_refused(
    fake: FakeRegistry, names: tuple[str, ...]
) -> None:
    fake.add('syntax = "proto3";', "PROTOBUF", subject="x")
    references = [{"name": name, "subject": "x", "version": 1} for name in names]
    number = fake.add(one("string a = 1;"), "PROTOBUF", references)
    assert "no name of a file" in refused(fake, framed(number, b"\0"))[0]


def test_without_the_extra_somebody_must_act(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "grpc_tools", None)
    with pytest.raises(ConsentryError) as error:
        protobuf_reader(one("string a = 1;"), {})
    assert "consentry[protobuf]" in error.value.remedy
