"""Is a grant for this? Tests T1 to T6 (legal model 4.2)."""

from __future__ import annotations

from streams.core.consent_tests import ConsentTest
from streams.core.instants import Instant
from streams.core.policy import PolicySettings
from streams.core.signals import Grant
from streams.core.targets import Target
from streams.core.vocabulary import DataCategory


def scope_failures(
    grant: Grant,
    target: Target,
    category: DataCategory | None,
    at: Instant,
    settings: PolicySettings,
) -> list[ConsentTest]:
    """The tests T1 to T6 that a grant fails for a target, in order; no category skips T4."""
    failed: list[ConsentTest] = []
    if grant.purpose is not target.purpose:
        failed.append(ConsentTest.PURPOSE)
    recipient = recipient_failure(grant, target, settings)
    if recipient is not None:
        failed.append(recipient)
    if category is not None and category not in grant.categories:
        failed.append(ConsentTest.DATA_CATEGORY)
    if not grant.covers_message(target):
        failed.append(ConsentTest.CHANNEL)
    expires_at = grant.event.expires_at
    if expires_at is not None and at >= expires_at:
        failed.append(ConsentTest.EXPIRY)
    return failed


def recipient_failure(grant: Grant, target: Target, settings: PolicySettings) -> ConsentTest | None:
    """T2 and T3: the recipient is named, or its category where policy P2 allows."""
    if target.recipient_id is None or target.recipient_id in grant.event.recipient_ids:
        return None
    category = target.recipient_category
    if category is None or category not in grant.event.recipient_categories:
        return ConsentTest.RECIPIENT
    return ConsentTest.RECIPIENT_NAMED if settings.named_recipient_required else None


def addresses(grant: Grant, target: Target, settings: PolicySettings) -> bool:
    """Whether a grant is for the target's purpose and recipient."""
    return grant.purpose is target.purpose and recipient_failure(grant, target, settings) is None
