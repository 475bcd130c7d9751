"""Findings on the topics of a bus, without a worker, and what a receiver must have at the end."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence

import msgspec

from streams.core.findings import Finding
from streams.core.identifiers import ViolationId
from streams.siem.lifecycle import CLOSING, identity
from streams.wire.findings import encode_finding
from tests.kafka.harness import Bus, Sent
from tests.siem.lives import finding_life


def lives(count: int, seed: int, *, first: int = 0) -> list[Finding]:
    """So many findings, each with one to four revisions, mixed and each life in its order."""
    rnd = random.Random(seed)
    life = finding_life()
    open_ = []
    for number in range(first, first + count):
        name = ViolationId(f"{number:08x}-0000-5000-8000-000000000000")
        steps = life[: rnd.randint(1, len(life))]
        open_.append([msgspec.structs.replace(one, violation_id=name) for one in steps])
    mixed = []
    while open_:
        one = rnd.choice(open_)
        mixed.append(one.pop(0))
        open_ = [rest for rest in open_ if rest]
    return mixed


def send(bus: Bus, findings: Iterable[Finding]) -> None:
    """Put them on the topic, keyed by identity as a worker does."""
    bus.send(
        *(
            Sent(
                topic=bus.names.violations,
                key=one.violation_id.encode(),
                value=encode_finding(one),
            )
            for one in findings
        )
    )


def uid(finding: Finding) -> str:
    """The id of a revision."""
    return f"{identity(finding)}:{finding.revision}"


def last_states(findings: Iterable[Finding]) -> dict[str, int]:
    """The last revision of each identity."""
    return {identity(one): one.revision for one in findings}


def open_states(findings: Iterable[Finding]) -> set[str]:
    """The ids of the last revisions of what is open."""
    last = {identity(one): one for one in findings}
    return {uid(one) for one in last.values() if one.status not in CLOSING}


class Faults(list[str]):
    """What is wrong with what a receiver has; empty when all is well."""


def faults(received: Sequence[str], published: Sequence[Finding]) -> Faults:
    """Compare the ids that a receiver took, in order, with what was published.

    Each revision must be there, of each identity first in its order, the last one last,
    and nothing else. More than once is no fault: ids are the same.
    """
    found = Faults()
    wanted = [uid(one) for one in published]
    found += [f"lost: {one}" for one in wanted if one not in set(received)]
    found += [f"never published: {one}" for one in set(received) - set(wanted)]
    highest: dict[str, int] = {}
    latest: dict[str, int] = {}
    for one in received:
        name, _, number = one.rpartition(":")
        revision = int(number)
        if revision > highest.get(name, 0) + 1:
            found.append(f"overtaken: {one}")
        highest[name] = max(highest.get(name, 0), revision)
        latest[name] = revision
    found += [
        f"not last: {name}:{revision}"
        for name, revision in last_states(published).items()
        if name in latest and latest[name] != revision
    ]
    return found
