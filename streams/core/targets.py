"""What a share or message is aimed at, as consents and signals see it.

A class of plain fields and no msgspec struct: compiled, it is read without a look-up by name,
and each share and message needs one.
"""

from __future__ import annotations

from mypy_extensions import mypyc_attr

from streams.core.identifiers import RecipientId, Topic
from streams.core.vocabulary import Channel, Purpose


@mypyc_attr(acyclic=True)
class Target:
    """What a share or message needs consent for, and what a signal may hit; never changed.

    `recipient_id` is whom a consent must name; None: nobody, for the controller's own mail.
    `channel` None: a share. `topic` None: a share, or a message that states none. `sender`:
    own marketing, which signals hit by who sends it. `any_recipient`: a share to a processor,
    for which a grant for any recipient lifts (A5). `verified_phone`: a call under P25.
    """

    __slots__ = (
        "any_recipient",
        "channel",
        "purpose",
        "recipient_category",
        "recipient_id",
        "sender",
        "topic",
        "verified_phone",
    )

    def __init__(
        self,
        *,
        purpose: Purpose,
        recipient_id: RecipientId | None = None,
        recipient_category: str | None = None,
        channel: Channel | None = None,
        topic: Topic | None = None,
        sender: RecipientId | None = None,
        any_recipient: bool = False,
        verified_phone: bool = False,
    ) -> None:
        self.purpose = purpose
        self.recipient_id = recipient_id
        self.recipient_category = recipient_category
        self.channel = channel
        self.topic = topic
        self.sender = sender
        self.any_recipient = any_recipient
        self.verified_phone = verified_phone

    def _parts(self) -> tuple[object, ...]:
        return (
            self.purpose,
            self.recipient_id,
            self.recipient_category,
            self.channel,
            self.topic,
            self.sender,
            self.any_recipient,
            self.verified_phone,
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Target) and self._parts() == other._parts()

    def __hash__(self) -> int:
        return hash(self._parts())
