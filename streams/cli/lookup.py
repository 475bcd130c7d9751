"""Find one finding or duty, with all its revisions, in a file or on the violations topic."""

from __future__ import annotations

import json
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import msgspec

from streams.errors import ConsentryError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streams.settings import Settings


_LONGEST_LINE = 1_048_576


def look_up_in_file(one_id: str, path: Path) -> list[dict[str, Any]]:
    """The revisions of a finding or duty in a file of JSON lines, lowest first.

    Lines that hold something else are passed over. Raises ConsentryError where the file
    cannot be read, or has the id only in what is no whole finding or duty.
    """
    from streams.files.records import shown_name
    from streams.files.unpack import UNPACKING_ERRORS, DamagedError, NotInstalledError, unpacked

    found: dict[int, dict[str, Any]] = {}
    fault = ""
    name = shown_name(str(path))
    remedy = "It must be a file of `consentry check --format jsonl`."
    try:
        with path.open("rb") as file:
            for number, record in _with_id(one_id, unpacked(file)[0]):
                try:
                    found[msgspec.convert(record, _Revision).revision] = record
                except msgspec.ValidationError as error:  # it names fields and types, and no value
                    fault = fault or f"{name}:{number} has the id, and is no whole record: {error}"
    except UnicodeDecodeError:
        raise ConsentryError(f"{name} is not UTF-8", remedy) from None
    except (DamagedError, NotInstalledError) as error:
        raise ConsentryError(f"{name} cannot be read: {error}", remedy) from None
    except UNPACKING_ERRORS:
        raise ConsentryError(f"{name} cannot be unpacked to its end", remedy) from None
    except OSError as error:
        raise ConsentryError(
            f"{name} cannot be read: {error.strerror}", "Correct --input."
        ) from None
    if fault and not found:
        raise ConsentryError(fault, remedy)
    return [found[revision] for revision in sorted(found)]


def _with_id(one_id: str, stream: IO[bytes]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Each record that has the id, with its line. Raises UnicodeDecodeError."""
    number, ended, wanted = 1, b"", one_id.encode()
    # A longer line is none of a finding; its pieces are passed over as others are.
    while line := stream.readline(_LONGEST_LINE):
        number, ended = number + (ended == b"\n"), line[-1:]
        if wanted not in line:
            continue
        try:
            record = json.loads(line)
        except UnicodeDecodeError:
            raise
        except (ValueError, RecursionError):
            continue
        if isinstance(record, dict) and one_id in _ids(record):
            yield number, record


class _Revision(msgspec.Struct):
    """What is shown of any finding or duty."""

    revision: int
    code: str
    status: str
    detected_at: str
    explanation_en: str
    explanation_nl: str
    remediation_en: str
    remediation_nl: str
    citations: list[str]


def _ids(record: dict[str, Any]) -> tuple[object, object]:
    return record.get("violation_id"), record.get("duty_id")


def look_up_on_topic(violation_id: str, settings: Settings) -> list[dict[str, Any]]:
    """The revisions of a finding that the violations topic still holds, lowest first.

    A compacted topic keeps at least the latest. None are left of a subject that has left
    (P20), although the topic may keep them until it is compacted. Raises ConsentryError where the topic
    cannot be read.
    """
    import asyncio

    from streams.topics import require_reachable

    require_reachable(settings.connection)
    return asyncio.run(_on_topic(violation_id, settings))


async def _on_topic(violation_id: str, settings: Settings) -> list[dict[str, Any]]:
    from streams.registry import Registry
    from streams.topics.reading import read_topic
    from streams.wire.errors import WireError
    from streams.wire.findings import decode_finding, finding_to_json

    found: dict[int, dict[str, Any]] = {}
    wanted = violation_id.encode()
    registry = Registry.of(settings, tries=3)
    async for records in read_topic(settings.connection, settings.topics.violations):
        if registry is not None:
            await registry.ensure(one.value for one in records if one.key == wanted)
        for record in records:
            if record.key != wanted:
                continue
            if record.value is None:
                # Its subject has left (P20): what came before may not be shown.
                found.clear()
                continue
            try:
                finding = decode_finding(record.value, registry)
            except WireError:
                continue
            found[finding.revision] = finding_to_json(finding)
    return [found[revision] for revision in sorted(found)]
