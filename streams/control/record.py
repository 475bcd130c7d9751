"""One policy on the topic: its text, who put it in force, and why.

Each policy has a key of its own, `policy/SEQUENCE`, so that compaction keeps them all
(docs/adr/0098). A record states its own digest: what was changed in it by hand is not believed.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Annotated, Any, Final

import msgspec

from streams.core.policy import Policy
from streams.errors import ConsentryError
from streams.policy_file import PolicyText, policy_of

FORMAT: Final = 1
REMEDY: Final = (
    "A newer release may have written it: use that release. Otherwise somebody else than Consentry "
    'wrote to this topic: docs/runbook.md, "The policy log cannot be read".'
)
WHY_MAX: Final = 1_000
"""Characters of a reason."""

_Text = Annotated[str, msgspec.Meta(min_length=1, max_length=WHY_MAX)]
_KEY: Final = re.compile(rb"policy/([1-9][0-9]{0,8})")


class ControlRecord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The value of a record, as JSON.

    `sequence` counts from 1. `digest` is the SHA-256 of label, text and registers, in hexadecimal.
    `version` is that of the policy as the release that wrote it computed it; `written_at` is the
    writer's own clock (RFC 3339), and the timestamp of the record the broker's.
    """

    format: int
    sequence: Annotated[int, msgspec.Meta(ge=1)]
    version: str
    digest: str
    policy: PolicyText
    who: _Text
    why: _Text
    ticket: _Text | None
    written_at: str


def record_of(
    policy: PolicyText,
    sequence: int,
    *,
    version: str,
    who: str,
    why: str,
    ticket: str | None,
    written_at: str,
) -> ControlRecord:
    """A record that can be written. Raises ConsentryError for a reason that says nothing."""
    given = {"who": who, "why": why, "ticket": ticket}
    for name, value in given.items():
        if value is not None and not 0 < len(value.strip()) <= len(value) <= WHY_MAX:
            raise ConsentryError(
                f"{name}: allowed: a text of 1 to {WHY_MAX} characters",
                "It stays on the topic for ever: state the reason, and no personal data.",
            )
    return ControlRecord(
        format=FORMAT,
        sequence=sequence,
        version=version,
        digest=digest_of(policy),
        policy=policy,
        who=who,
        why=why,
        ticket=ticket,
        written_at=written_at,
    )


def digest_of(policy: PolicyText) -> str:
    """64 hexadecimal digits over all that a policy is made of."""
    return sha256(msgspec.json.encode(policy, order="deterministic")).hexdigest()


def encode(record: ControlRecord) -> tuple[bytes, bytes]:
    """Key and value; the value is canonical: the same record gives the same bytes."""
    key = b"policy/%d" % record.sequence
    return key, msgspec.json.encode(record, order="deterministic")


def decode(key: bytes | None, value: bytes | None, place: str) -> ControlRecord:
    """Read a record; `place` names topic, partition and offset in errors.

    Raises ConsentryError for anything that is not a whole policy record of this release's form.
    """
    found = _KEY.fullmatch(key or b"")
    if found is None:
        raise ConsentryError(f"{place}: the key is not that of a policy", REMEDY)
    if value is None:
        raise ConsentryError(f"{place}: policy {int(found[1])} was deleted by somebody", REMEDY)
    head = _convert(value, _Head, place)
    if head.format != FORMAT:
        raise ConsentryError(
            f"{place}: format is {head.format}, and this release reads {FORMAT}", REMEDY
        )
    record: ControlRecord = _convert(value, ControlRecord, place)
    if record.sequence != int(found[1]):
        raise ConsentryError(
            f"{place}: sequence is {record.sequence}, and the key says {int(found[1])}", REMEDY
        )
    if record.digest != digest_of(record.policy):
        raise ConsentryError(f"{place}: digest is not that of the policy in the record", REMEDY)
    return record


def load(record: ControlRecord, place: str) -> Policy:
    """The policy of a record. Raises ConsentryError where this release cannot load it."""
    try:
        return policy_of(record.policy, f"policy {record.sequence}")
    except ConsentryError as error:
        raise error.within(
            place,
            "This release cannot load it: run the release that wrote it, and apply a policy "
            "that both can load before the change of release.",
        ) from None


class _Head(msgspec.Struct, frozen=True):
    format: int


def _convert(value: bytes, kind: Any, place: str) -> Any:
    try:
        return msgspec.json.decode(value, type=kind)
    except msgspec.ValidationError as error:
        # It names the field and the types, and no value.
        raise ConsentryError(f"{place}: {error}", REMEDY) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise ConsentryError(f"{place}: not a record in JSON", REMEDY) from None
