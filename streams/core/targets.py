"""What a share or message is aimed at, as consents and signals see it.

In a module that is not compiled: mypyc drops what a class is declared with, and a target that
is not frozen is no key of an index.
"""

from __future__ import annotations

import msgspec

from streams.core.identifiers import RecipientId, Topic
from streams.core.vocabulary import Channel, Purpose


class Target(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What a share or message needs consent for, and what a signal may hit.

    `recipient_id` is whom a consent must name; None: nobody, for the controller's own mail.
    `channel` None: a share. `topic` None: a share, or a message that states none. `sender`:
    own marketing, which signals hit by who sends it. `any_recipient`: a share to a processor,
    for which a grant for any recipient lifts (A5). `verified_phone`: a call under P25.
    """

    purpose: Purpose
    recipient_id: RecipientId | None = None
    recipient_category: str | None = None
    channel: Channel | None = None
    topic: Topic | None = None
    sender: RecipientId | None = None
    any_recipient: bool = False
    verified_phone: bool = False
