"""Protobuf of a registry: `.proto` texts to descriptors, and messages to plain records.

A field without presence (`proto3` without `optional`) that is not on the wire has its zero,
and nobody knows whether its producer meant that. Neither reading is safe for a field of an
event: `separate_act` unset is no false, and false is no silence. So such a zero is refused,
with the name of the field; docs/registry.md.
"""

from __future__ import annotations

import errno
import re
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from streams.errors import ConsentryError
from streams.registry.faults import UnreadableSchema
from streams.registry.values import DEEPEST, plain_record
from streams.wire.errors import WireError
from streams.wire.field_specs import FIELDS

if TYPE_CHECKING:
    from google.protobuf.descriptor import Descriptor, FieldDescriptor, FileDescriptor
    from google.protobuf.message import Message

Read = Callable[[bytes], dict[str, Any]]

_MAIN: Final = "consentry_schema_of_the_registry.proto"
_UNSTATED: Final = frozenset(
    {"UNSPECIFIED", "UNKNOWN", "UNRECOGNIZED", "UNRECOGNISED", "UNDEFINED"}
)
_WRAPPERS: Final = frozenset(
    f"google.protobuf.{name}Value"
    for name in "Double Float Int64 UInt64 Int32 UInt32 Bool String Bytes".split()
)
_MOST_INDEXES: Final = 32
_OF_THE_NAME: Final = (errno.EEXIST, errno.EISDIR, errno.ENOTDIR, errno.ENAMETOOLONG)
_OF_EVENTS: Final = frozenset(name for shape in FIELDS.values() for name in shape.names)


def protobuf_reader(text: str, parts: Mapping[str, str], *, of_events: bool = True) -> Read:
    """What reads the records of a schema; `parts` are the files that it imports, by path.

    With `of_events` the records are events of ours: symbols stand without the name of their
    enum, what is unspecified is absent, and zeros that say nothing are refused. Without, zeros
    and symbols stand as the schema has them. Raises UnreadableSchema, and ConsentryError where
    the extra is not installed.
    """
    file = compiled_file(text, parts)
    walk = _Walk(of_events=of_events)

    def read(body: bytes) -> dict[str, Any]:
        indexes, at = _indexes(body)
        return plain_record(walk.record(_parsed(_message_of(file, indexes), body[at:]), DEEPEST))

    return read


def compiled_file(text: str, parts: Mapping[str, str]) -> FileDescriptor:
    """The descriptor of a schema; `parts` are the files that it imports, by path.

    Raises UnreadableSchema, and ConsentryError where the extra is not installed.
    """
    try:
        import grpc_tools
        from google.protobuf import descriptor_pb2, descriptor_pool
        from grpc_tools import protoc
    except ModuleNotFoundError:
        raise ConsentryError(
            "a record was written with a Protobuf schema, and the packages that read it are not "
            "installed",
            "Install the extra: pip install 'consentry[protobuf]'.",
        ) from None
    known = Path(grpc_tools.__file__).parent / "_proto"
    with tempfile.TemporaryDirectory(prefix="consentry-proto-") as name:
        folder = Path(name)
        for path, source in {**parts, _MAIN: text}.items():
            place = PurePosixPath(path)
            if place.is_absolute() or ".." in place.parts or "\\" in path or "\0" in path:
                raise UnreadableSchema("a path that it imports leaves its folder")
            try:
                (folder / place).parent.mkdir(parents=True, exist_ok=True)
                (folder / place).write_text(source, "utf-8")
            except OSError as error:
                if error.errno not in _OF_THE_NAME:
                    raise
                raise UnreadableSchema("a path that it imports is no name of a file") from None
        found = folder / "descriptors"
        done = protoc.main(
            ["protoc", f"-I{folder}", f"-I{known}", "--include_imports",
             f"--descriptor_set_out={found}", _MAIN]
        )  # fmt: skip
        if done != 0:
            raise UnreadableSchema("protoc does not compile it")
        files = descriptor_pb2.FileDescriptorSet.FromString(found.read_bytes())
    pool = descriptor_pool.DescriptorPool()
    for one in files.file:
        pool.Add(one)
    return pool.FindFileByName(_MAIN)


def _indexes(body: bytes) -> tuple[list[int], int]:
    """Which message of the file it is, as a path of indexes, and where the message begins.

    Confluent's framing: zigzag varints, their number first; a single 0 stands for [0].
    """
    count, at = _zigzag(body, 0)
    if count == 0:
        return [0], at
    if not 0 < count <= _MOST_INDEXES:
        raise WireError("the header does not name a message of its Protobuf schema")
    path = []
    for _ in range(count):
        index, at = _zigzag(body, at)
        path.append(index)
    return path, at


def _zigzag(body: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while at < len(body) and shift < 35:
        byte = body[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return (number >> 1) ^ -(number & 1), at
        shift += 7
    raise WireError("the header does not name a message of its Protobuf schema")


def _message_of(file: FileDescriptor, path: list[int]) -> Descriptor:
    holders = list(file.message_types_by_name.values())
    found: Descriptor | None = None
    for index in path:
        if not 0 <= index < len(holders):
            raise WireError("the header does not name a message of its Protobuf schema")
        found = holders[index]
        holders = list(found.nested_types)
    assert found is not None
    return found


def _parsed(kind: Descriptor, body: bytes) -> Message:
    from google.protobuf.message import DecodeError
    from google.protobuf.message_factory import GetMessageClass

    try:
        return GetMessageClass(kind).FromString(body)
    except (DecodeError, RecursionError):
        raise WireError("the Protobuf body does not fit its schema: cut short or damaged") from None


class _Walk:
    """Messages to dicts."""

    def __init__(self, *, of_events: bool) -> None:
        self._of_events = of_events

    def record(self, message: Message, depth: int) -> dict[str, Any]:
        """A message with its fields by name."""
        from google.protobuf.unknown_fields import UnknownFieldSet

        if depth == 0:
            raise WireError(f"the record is nested deeper than {DEEPEST} levels")
        if len(UnknownFieldSet(message)):
            raise WireError(
                "the Protobuf body holds fields that its schema does not have: the producer "
                "writes with another schema than the one whose id it states"
            )
        strict = self._of_events and depth == DEEPEST
        found: dict[str, Any] = {}
        for field in message.DESCRIPTOR.fields:
            member = getattr(message, field.name)
            if field.is_repeated:
                found[field.name] = self._several(field, member, depth)
            elif field.has_presence:
                if message.HasField(field.name):
                    found[field.name] = self._one(field, member, depth)
            elif member or not strict or field.name not in _OF_EVENTS:
                found[field.name] = self._one(field, member, depth)
            else:
                self._require_nothing(field, member)
        return found

    def _several(self, field: FieldDescriptor, members: Any, depth: int) -> Any:
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            value = field.message_type.fields_by_name["value"]
            return {str(key): self._one(value, members[key], depth) for key in members}
        return [self._one(field, one, depth) for one in members]

    def _require_nothing(self, field: FieldDescriptor, zero: Any) -> None:
        """Raise WireError for a zero that may be somebody's statement, or nobody's."""
        if isinstance(zero, str | bytes):
            return
        if field.enum_type is None:
            raise WireError(
                f"{field.name} is {str(zero).lower()} or unset, and its schema does not say which: declare it "
                "optional, and an instant as google.protobuf.Timestamp",
                field.name,
            )
        if self._symbol(field, zero) is not None:
            raise WireError(
                f"{field.name} may be unset: the zero of its enum is a symbol that says something. "
                "Let zero be ..._UNSPECIFIED, or declare the field optional",
                field.name,
            )

    def _one(self, field: FieldDescriptor, member: Any, depth: int) -> Any:
        if field.enum_type is not None:
            return self._symbol(field, member)
        if field.message_type is None:
            return member
        name = field.message_type.full_name
        if name == "google.protobuf.Timestamp":
            try:
                return str(member.ToJsonString())
            except ValueError:
                raise WireError(
                    f"{field.name} lies outside the years 1 to 9999", field.name
                ) from None
        if name in _WRAPPERS:
            return member.value
        return self.record(member, depth - 1)

    def _symbol(self, field: FieldDescriptor, number: int) -> str | None:
        """The symbol; of events without the name of its enum, and None where zero is unspecified."""
        kind = field.enum_type
        known = kind.values_by_number.get(number)
        if known is None:
            raise WireError(f"{field.name} holds a number that its enum does not have", field.name)
        if not self._of_events:
            return str(known.name)
        # The style guide of Protobuf has CONSENT_ACTION_GRANTED in the enum ConsentAction.
        prefix = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", kind.name).upper() + "_"
        symbol = str(known.name).removeprefix(prefix)
        return None if number == 0 and symbol in _UNSTATED else symbol
