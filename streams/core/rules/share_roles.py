"""Who really receives, and for what: normalised role and purpose (legal model 4.2, step 1)."""

from __future__ import annotations

from typing import Final

from mypy_extensions import mypyc_attr

from streams.core.events import DataShare
from streams.core.identifiers import RecipientId
from streams.core.policy import Policy, RecipientEntry
from streams.core.targets import Target
from streams.core.vocabulary import MARKETING_PURPOSES, Purpose, RecipientRole

STRICTNESS: Final = (
    RecipientRole.THIRD_PARTY,
    RecipientRole.JOINT_CONTROLLER,
    RecipientRole.PROCESSOR,
    RecipientRole.OWN_CONTROLLER,
)
"""Strictest first (legal model 3.1)."""

ADVERTISING_KINDS: Final = frozenset({"SOCIAL_MEDIA", "AD_PLATFORM", "DATA_BROKER"})
"""Source article N3: they use the data for advertising themselves."""

VAGUE_PURPOSES: Final = frozenset({Purpose.ANALYTICS, Purpose.OTHER})

LABEL_PURPOSES: Final = VAGUE_PURPOSES | {
    Purpose.AD_AUDIENCE_MATCHING,
    Purpose.OWN_DIRECT_MARKETING,
    Purpose.THIRD_PARTY_OFFERS,
}
"""For these the label "processor" of such a kind is the sender's word alone (1b)."""

TPDM: Final = Purpose.THIRD_PARTY_DIRECT_MARKETING

# Bound once: in CPython 3.11 each look-up of a member costs a tenth of a microsecond.
_THIRD_PARTY: Final = RecipientRole.THIRD_PARTY
_JOINT: Final = RecipientRole.JOINT_CONTROLLER
_PROCESSOR: Final = RecipientRole.PROCESSOR
_OWN_CONTROLLER: Final = RecipientRole.OWN_CONTROLLER
_UNKNOWN: Final = RecipientRole.UNKNOWN
_AUDIENCES: Final = Purpose.AD_AUDIENCE_MATCHING
_MARKETING_PURPOSES: Final = MARKETING_PURPOSES


@mypyc_attr(acyclic=True)
class NormalisedShare:
    """A share with the register's word over the producer's and the stricter role.

    `declared_role` is what the producer (or, where it says nothing, the register) calls
    the recipient: S20 and S22 go by it. `declared_purpose` is the producer's own. `own_purposes`:
    a processor in name only (S21). `label_set_aside`: "processor" rests on the producer's word
    alone, for a recipient that uses such data for advertising itself (1b).
    """

    __slots__ = (
        "category",
        "country",
        "declared_purpose",
        "declared_role",
        "entry",
        "label_set_aside",
        "own_purposes",
        "purpose",
        "recipient_id",
        "role",
    )

    def __init__(
        self,
        *,
        recipient_id: RecipientId,
        declared_role: RecipientRole,
        role: RecipientRole,
        purpose: Purpose,
        declared_purpose: Purpose,
        own_purposes: bool,
        label_set_aside: bool,
        category: str | None,
        country: str | None,
        entry: RecipientEntry | None,
    ) -> None:
        self.recipient_id = recipient_id
        self.declared_role = declared_role
        self.role = role
        self.purpose = purpose
        self.declared_purpose = declared_purpose
        self.own_purposes = own_purposes
        self.label_set_aside = label_set_aside
        self.category = category
        self.country = country
        self.entry = entry

    @property
    def external(self) -> bool:
        """Whether the data left for somebody else than the controller."""
        return self.role is not _OWN_CONTROLLER

    @property
    def marketing(self) -> bool:
        """Whether data left for somebody else for direct marketing: the ledger of O01."""
        return self.external and self.purpose in _MARKETING_PURPOSES

    @property
    def target(self) -> Target:
        """What a consent must cover."""
        return self._target(self.purpose)

    @property
    def targets(self) -> tuple[Target, ...]:
        """What a signal may hit and a later grant lift (A4, A5).

        First what consent is asked for, then the purpose as declared where that is another.
        """
        if self.purpose is self.declared_purpose:
            return (self.target,)
        return self.target, self._target(self.declared_purpose)

    def _target(self, purpose: Purpose) -> Target:
        return Target(
            purpose=purpose,
            recipient_id=self.recipient_id,
            recipient_category=self.category,
            any_recipient=self.role is _PROCESSOR,
        )


def normalise(share: DataShare, policy: Policy) -> NormalisedShare:
    """Step 1 of legal model 4.2, in its order; the stricter reading wins."""
    settings = policy.at(share.occurred_at)
    entry = policy.index.recipient(share.recipient_id, share.occurred_at)
    declared, role = _roles(share, entry, policy)
    own_use = share.recipient_own_use
    if entry is not None and entry.own_use is not None:
        own_use = entry.own_use
    kind = entry.kind if entry is not None and entry.kind else share.recipient_kind
    risky = kind in ADVERTISING_KINDS
    confirmed = entry is not None and entry.role not in (None, _UNKNOWN)
    purpose = share.purpose
    own_purposes = role is _PROCESSOR and (bool(own_use) or purpose is TPDM)
    label_set_aside = False
    if own_purposes:  # 1a
        role, purpose = _THIRD_PARTY, TPDM
    elif role is _PROCESSOR and risky and not confirmed and purpose in LABEL_PURPOSES:  # 1b
        label_set_aside = True
        role = _THIRD_PARTY
        if purpose not in VAGUE_PURPOSES:
            purpose = _AUDIENCES
    elif (
        role is _PROCESSOR and purpose is _AUDIENCES and not settings.ad_platform_processor_accepted
    ):  # 1c
        role = _THIRD_PARTY
    if role in (_THIRD_PARTY, _JOINT):
        if own_use:
            if purpose is not _AUDIENCES:  # 1d
                purpose = TPDM
        elif risky and purpose in VAGUE_PURPOSES and (entry is None or entry.own_use is not False):
            # 1e: only the register can say that such a recipient keeps its hands off.
            purpose = TPDM
    return NormalisedShare(
        recipient_id=share.recipient_id,
        declared_role=declared,
        role=role,
        purpose=purpose,
        declared_purpose=share.purpose,
        own_purposes=own_purposes,
        label_set_aside=label_set_aside,
        category=(entry.category if entry is not None else None) or share.recipient_category,
        country=(entry.country if entry is not None else None) or share.recipient_country,
        entry=entry,
    )


def _roles(
    share: DataShare, entry: RecipientEntry | None, policy: Policy
) -> tuple[RecipientRole, RecipientRole]:
    """The declared role and the role to judge by, before own use is looked at."""
    unknown = policy.at(share.occurred_at).unknown_recipient_role
    claimed = share.recipient_role or _UNKNOWN
    registered = (entry.role if entry is not None else None) or _UNKNOWN
    declared = registered if claimed is _UNKNOWN else claimed
    if policy.index.knows_recipients and entry is None and not _is_controller(share):
        # Not in the register: an unknown recipient, whatever the producer calls it.
        return declared, _stricter(unknown, claimed)
    role = _stricter(claimed, registered)
    if role is _UNKNOWN:
        role = unknown
    if role is _OWN_CONTROLLER and not (_is_controller(share) or registered is _OWN_CONTROLLER):
        role = _THIRD_PARTY
    return declared, role


def _is_controller(share: DataShare) -> bool:
    one: str = share.recipient_id
    return one == share.controller_id


def _stricter(one: RecipientRole, other: RecipientRole) -> RecipientRole:
    """The stricter of two roles; UNKNOWN says nothing."""
    for role in STRICTNESS:
        if role is one or role is other:
            return role
    return _UNKNOWN
