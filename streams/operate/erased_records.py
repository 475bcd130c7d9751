"""Findings about records of a person who was erased: no row has them, so no erasure finds them.

A record that holds raw personal data, or is of the future, becomes no fact. The finding about it
names the person where the record does, and stands on the topic of findings alone. What is found
there is ordered to be removed; the owner looks whether the person was erased after it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

import msgspec

from streams.core.findings import Finding
from streams.core.identifiers import SubjectKey, subject_key
from streams.core.quality import ABOUT_RECORDS
from streams.operate.commanding import SentCommand, send
from streams.operate.rebuilding.retract import pieces
from streams.settings import Settings
from streams.verify.bus import LiveBus
from streams.verify.pace import Pace
from streams.verify.topics import count_partitions
from streams.wire.arrival import partition_for
from streams.wire.commands import Command, HeldOutput
from streams.wire.errors import WireError
from streams.wire.findings import decode_finding, encode_finding
from streams.wire.framing import RegistryDecoder
from streams.wire.progress import BATCH_HEADER
from streams.wire.record import Record

_NO_TEXTS = {
    "explanation_en": "", "explanation_nl": "", "remediation_en": "", "remediation_nl": "",
    "citations": (),
}  # fmt: skip


def remove_about_records(
    settings: Settings, controller: str, subject: str, order: Command, wait_s: float
) -> list[SentCommand]:
    """Have the findings about records of an erased person removed; nothing is sent for none.

    `order` is a command of kind `retract` that names nothing yet. Waits up to `wait_s` in all.
    Raises ConsentryError where the topic of findings may not be read, or nothing can be sent.
    """
    count = count_partitions(settings)
    key = subject_key(controller, subject)
    number = partition_for(key, count)
    found = asyncio.run(_standing(settings, key, number))
    deadline = time.monotonic() + wait_s
    return [
        send(
            settings,
            msgspec.structs.replace(order, standing=some),
            lambda _: (number,),
            max(0.0, deadline - time.monotonic()),
            lambda _done, _of: None,
        )
        for some in pieces(found)
    ]


async def _standing(settings: Settings, key: SubjectKey, number: int) -> list[HeldOutput]:
    topic, found = settings.topics.violations, dict[bytes, HeldOutput]()
    async with LiveBus(settings, Pace(None)) as bus:
        start, end = await bus.start(topic, number), await bus.settled(topic, number)
        async for records in bus.read(topic, number, start, end):
            take(records, key, found, bus.registry)
    return list(found.values())


def take(
    records: Sequence[Record],
    key: SubjectKey,
    found: dict[bytes, HeldOutput],
    registry: RegistryDecoder | None = None,
) -> None:
    """Bring what stands up to date with records of the topic, in the order of their offsets."""
    for record in records:
        name = record.key or b""
        finding = None
        # Where it has a number, a row has it, which goes and comes with the person.
        if record.value is not None and all(one != BATCH_HEADER for one, _ in record.headers):
            finding = _about_record(record.value, registry)
        if (
            finding is None
            or subject_key(finding.controller_id or "", finding.subject_id or "") != key
        ):
            found.pop(name, None)
            continue
        said = encode_finding(msgspec.structs.replace(finding, **_NO_TEXTS))
        found[name] = HeldOutput(id=name.decode(errors="replace"), record=said)


def _about_record(value: bytes, registry: RegistryDecoder | None) -> Finding | None:
    try:
        finding = decode_finding(value, registry)
    except WireError:
        return None  # of others, or of a later release
    return finding if finding.code in ABOUT_RECORDS else None
