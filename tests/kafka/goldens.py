"""The golden bytes of a worker's outputs: python -m tests.kafka.goldens

writes them from the rules and the encoder, without a broker; `test_golden_bytes` compares
what a real worker wrote. Read the difference before it is committed.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec

from streams.core.events import Event
from streams.core.identifiers import ControllerId, PayloadHash, SubjectId
from streams.core.judge import judge
from streams.core.policy import default_policy
from streams.core.state import Fact, FactSource
from streams.core.subject import Subject
from streams.wire.findings import encode_duty, encode_finding
from tests.core.builders import grant, moment, share, withdraw

FOLDER: Final = Path(__file__).parent / "golden"
STORY: Final[tuple[Event, ...]] = (
    grant(0),
    share(1, id="before"),
    withdraw(2),
    share(3, id="after"),
)
LATENESS_MS: Final = 500
"""How long after an event its record is stamped."""


def written() -> dict[str, list[str]]:
    """What the story has a worker write, by kind, as hexadecimal text."""
    policy = default_policy()
    subject = Subject(ControllerId("OURCO"), SubjectId("s-1"))
    findings: list[str] = []
    duties: list[str] = []
    for hour, event in enumerate(STORY):
        fact = Fact(
            event=event,
            payload_hash=PayloadHash(sha256(msgspec.json.encode(event)).hexdigest()),
            ingested_at=moment(hour, LATENESS_MS),
            source=FactSource("stream", 0, hour),
        )
        decision = judge(subject, fact, policy, None)
        findings += [encode_finding(finding).hex() for finding in decision.findings]
        duties += [encode_duty(duty).hex() for duty in decision.duties]
    return {"finding": findings, "duty": duties}


def golden() -> dict[str, list[str]]:
    """What stands in the files."""
    return {
        kind: (FOLDER / f"worker_{kind}.hex").read_text("ascii").splitlines()
        for kind in ("finding", "duty")
    }


if __name__ == "__main__":
    for kind, lines in written().items():
        (FOLDER / f"worker_{kind}.hex").write_text("\n".join(lines) + "\n", "ascii")
