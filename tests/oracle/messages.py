"""What a marketing message brings (4.3)."""

from __future__ import annotations

from tests.oracle.consents import Target
from tests.oracle.facts import Event, History, assessed, at
from tests.oracle.sales import MISS, OPT_OUT_ERA_ENDS, customer_exception, sales_until, worst_miss
from tests.oracle.signals import live, unlifted

CALLS = ("PHONE_HUMAN", "AUTOMATED_CALL")


def judge_message(history: History, message: Event) -> list[str]:
    """The codes of a message."""
    t, channel = at(message), message["channel"]
    if not assessed(history, message):
        return []
    if channel == "PHONE_HUMAN" and t < OPT_OUT_ERA_ENDS:
        return []
    if message["message_purpose"] == "SERVICE" and not promotes(history, message):
        return []
    found = []
    if channel != "POST" and message.get("unsubscribe_present") is False:
        found.append("MSG_NO_UNSUBSCRIBE")
    if (
        message.get("sender_identity_present") is False
        or message.get("contact_point_present") is False
        or (channel in CALLS and message.get("caller_id_shown") is False)
    ):
        found.append("MSG_SENDER_NOT_IDENTIFIABLE")
    return found + basis(history, message)


def promotes(history: History, message: Event) -> bool:
    """Step 0: what is said; where nothing is, whether it advertises."""
    said = message.get("contains_promotion")
    if said is not None:
        return bool(said)
    return bool(message.get("product_categories")) or not is_own(history, message)


def basis(history: History, message: Event) -> list[str]:
    """4.3 step 3: the exclusive chain."""
    t, channel = at(message), message["channel"]
    claimed = message.get("legal_basis_claimed") or "NONE"
    used = claimed
    if claimed not in {"CONSENT", "SOFT_OPT_IN"}:
        used = "SOFT_OPT_IN" if sales_until(history, t) else "CONSENT"
    own = is_own(history, message)
    if opted_out(history, message):
        return ["MSG_AFTER_OPT_OUT"]
    if channel == "POST":
        return []

    exception = own and customer_exception(history, channel, t)
    miss = worst_miss(history, message, sender_of(history, message)) if exception else None
    fully_met = exception and miss is None
    if live(history, needed(history, message), None, t):
        excused = claimed in {"SOFT_OPT_IN", "LEGITIMATE_INTEREST"} and fully_met
        return [] if claimed == "CONSENT" or excused else [fallback(history)]
    if not own:
        return ["MSG_THIRD_PARTY_OFFER_NO_CONSENT"]
    if fully_met:
        return [fallback(history)] if claimed in {"CONSENT", "NONE"} else []
    if used == "CONSENT":
        return ["MSG_NO_VALID_CONSENT"]
    return ["MSG_CHANNEL_REQUIRES_CONSENT" if miss is None else MISS[miss]]


def sender_of(history: History, message: Event) -> str:
    return str(message.get("sender_controller_id") or history.controller)


def is_own(history: History, message: Event) -> bool:
    """Step 2: the sender advertises for itself."""
    sender = sender_of(history, message)
    return (message.get("advertiser_id") or sender) == sender


def needed(history: History, message: Event) -> Target:
    """Step 2: what a consent must cover."""
    if is_own(history, message):
        return own_marketing(history, message)
    return Target(
        "THIRD_PARTY_OFFERS",
        recipient=message["advertiser_id"],
        channel=message["channel"],
        topic=message.get("topic"),
    )


def own_marketing(history: History, message: Event) -> Target:
    """The own marketing of the sender; only another than the controller must be named."""
    sender = sender_of(history, message)
    return Target(
        "OWN_DIRECT_MARKETING",
        recipient=None if sender == history.controller else sender,
        channel=message["channel"],
        topic=message.get("topic"),
        sender=sender,
    )


def opted_out(history: History, message: Event) -> set[str]:
    """Step 3a."""
    t, offer, own = at(message), needed(history, message), own_marketing(history, message)
    against = unlifted(history, [offer], t)
    if not is_own(history, message):
        return against | (unlifted(history, [own], t, lifting=[own, offer]) - {"REFUSED"})
    if not history.settings["refusal_blocks_soft_opt_in"]:
        against -= {"REFUSED"}
    return against


def fallback(history: History) -> str:
    """P21: lawful on another basis than the claimed one."""
    if history.settings["allow_basis_fallback"]:
        return "BASIS_RECORD_MISMATCH"
    return "MSG_NO_VALID_CONSENT"
