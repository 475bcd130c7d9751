"""What a data share brings: the role and purpose it really has, and its findings (4.2)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tests.oracle.consents import EXPLICIT, Target, failures, grants_until, replaced
from tests.oracle.facts import MARKETING, Event, History, assessed, at, categories
from tests.oracle.signals import live, unlifted

TPDM = "THIRD_PARTY_DIRECT_MARKETING"
THIRD_SIDE = ("THIRD_PARTY", "JOINT_CONTROLLER")
SELF_ADVERTISING = ("SOCIAL_MEDIA", "AD_PLATFORM", "DATA_BROKER")
SPECIAL = {
    *("HEALTH", "RELIGION", "POLITICAL_OPINION", "ETHNICITY", "SEXUAL_ORIENTATION"),
    *("BIOMETRIC_ID", "GENETIC", "TRADE_UNION"),
}
PROHIBITED = {"BSN", "CRIMINAL_OFFENCE"}
EEA = (
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK IS LI NO"
    " AX GF GP MF MQ RE YT"
).split()
ADEQUATE = "AD AR BR CA CH FO GB GG IL IM JE JP KR NZ UY".split()
MISS = {
    1: "CONSENT_OTHER_PURPOSE",
    2: "CONSENT_OTHER_RECIPIENT",
    3: "CONSENT_RECIPIENT_NOT_NAMED",
    4: "CONSENT_OTHER_DATA_CATEGORY",
    6: "CONSENT_EXPIRED",
    7: "CONSENT_NOT_AFFIRMATIVE",
    8: "CONSENT_MINOR_NO_GUARDIAN",
    9: "CONSENT_NOT_DEMONSTRABLE",
    10: "CONSENT_NOT_INFORMED",
    11: "CONSENT_NOT_FREE_OR_SPECIFIC",
}


@dataclass
class Nature:
    """A share after normalisation: what it is, whatever it is called."""

    role: str
    purpose: str
    processor_on_its_own: bool

    @property
    def external(self) -> bool:
        return self.role != "OWN_CONTROLLER"

    @property
    def marketing(self) -> bool:
        return self.purpose in MARKETING


def nature(history: History, share: Event) -> Nature:
    """4.2 step 1, rule by rule in the order of the text."""
    role = share.get("recipient_role") or "UNKNOWN"
    purpose = share["purpose"]
    own_use = share.get("recipient_own_use") is True
    processor_on_its_own = False
    if role == "UNKNOWN":
        role = history.settings["unknown_recipient_role"]
    if role == "OWN_CONTROLLER" and share["recipient_id"] != history.controller:
        role = "THIRD_PARTY"
    if role == "PROCESSOR" and (own_use or purpose == TPDM):
        processor_on_its_own = True
        role, purpose = "THIRD_PARTY", TPDM
    if role == "PROCESSOR" and share.get("recipient_kind") in SELF_ADVERTISING:
        # 1b: the label is the sender's word alone; there is no register here to confirm it.
        if purpose in {"AD_AUDIENCE_MATCHING", "OWN_DIRECT_MARKETING", "THIRD_PARTY_OFFERS"}:
            role, purpose = "THIRD_PARTY", "AD_AUDIENCE_MATCHING"
        elif purpose in {"ANALYTICS", "OTHER"}:
            role, purpose = "THIRD_PARTY", TPDM
    if (
        role == "PROCESSOR"
        and purpose == "AD_AUDIENCE_MATCHING"
        and not history.settings["ad_platform_processor_accepted"]
    ):
        role = "THIRD_PARTY"
    if role in THIRD_SIDE and own_use and purpose != "AD_AUDIENCE_MATCHING":
        purpose = TPDM
    if (
        role in THIRD_SIDE
        and share.get("recipient_kind") in SELF_ADVERTISING
        and purpose in {"ANALYTICS", "OTHER"}
    ):
        purpose = TPDM
    return Nature(role, purpose, processor_on_its_own)


def target_of(history: History, share: Event) -> Target:
    found = nature(history, share)
    return Target(
        purpose=found.purpose,
        recipient=share["recipient_id"],
        recipient_category=share.get("recipient_category"),
        any_recipient_lifts=found.role == "PROCESSOR",
    )


def targets_of(history: History, share: Event) -> list[Target]:
    """What signals may hit and grants lift: the purpose as normalised and as declared (A4)."""
    target = target_of(history, share)
    return [target, replace(target, purpose=share["purpose"])]


def judge_share(history: History, share: Event) -> list[str]:
    """The codes of a share."""
    if not assessed(history, share):
        return []
    found = additive(history, share)
    kind = nature(history, share)
    if not kind.external or not kind.marketing:
        return found
    against = unlifted(history, targets_of(history, share), at(share))
    if not needs_consent(history, kind):
        if kind.role == "PROCESSOR":
            against &= {"OBJECTED", "ERASED"}
        return found + against_the_will(against)
    return found + (against_the_will(against) or basis(history, share))


def needs_consent(history: History, kind: Nature) -> bool:
    """4.2 step 3; not a processor, nor a joint controller if P3 says that it is no third party."""
    joint_counts = history.settings["joint_controller_as_third_party"]
    return kind.role == "THIRD_PARTY" or (kind.role == "JOINT_CONTROLLER" and joint_counts)


def against_the_will(against: set[str]) -> list[str]:
    """4a, strongest kind first."""
    if against & {"OBJECTED", "ERASED"}:
        return ["SHARE_AFTER_OBJECTION"]
    if "WITHDRAWN" in against:
        return ["SHARE_AFTER_WITHDRAWAL"]
    return ["SHARE_DESPITE_REFUSAL"] if "REFUSED" in against else []


def additive(history: History, share: Event) -> list[str]:
    """4.2 step 2, and S21 of step 1."""
    kind = nature(history, share)
    if not kind.external:
        return []
    found = []
    declared = share.get("recipient_role")
    if kind.processor_on_its_own:
        found.append("PROCESSOR_OWN_PURPOSES")
    if declared == "PROCESSOR" and share.get("processing_agreement_ref") is None:
        found.append("PROCESSOR_WITHOUT_AGREEMENT")
    if declared == "JOINT_CONTROLLER" and share.get("arrangement_ref") is None:
        found.append("JOINT_CONTROL_WITHOUT_ARRANGEMENT")
    if not safe_transfer(share):
        found.append("TRANSFER_WITHOUT_SAFEGUARD")
    shared = set(categories(share))
    if kind.marketing and shared & PROHIBITED:
        found.append("PROHIBITED_DATA_CATEGORY")
    if kind.marketing and needs_consent(history, kind):
        target = target_of(history, share)
        for category in shared & SPECIAL:
            consents = live(history, target, category, at(share))
            if not any(g["consent_method"] in EXPLICIT for g in consents):
                found.append("SPECIAL_CATEGORY_NO_EXPLICIT_CONSENT")
                break
    return found


def safe_transfer(share: Event) -> bool:
    """S23; an unstated country is not taken for a foreign one."""
    country, mechanism = share.get("recipient_country"), share.get("transfer_mechanism")
    if country is None or country in EEA or country in ADEQUATE:
        return True
    return mechanism in {"SCC", "BCR"} or (mechanism == "DPF" and country == "US")


def basis(history: History, share: Event) -> list[str]:
    """4.2 step 4 from 4b on: the exclusive chain."""
    t, target = at(share), target_of(history, share)
    # A share that states no categories still needs a consent (N2), for whatever it was.
    shared: list[str | None] = [*categories(share)] or [None]
    uncovered = [c for c in shared if not live(history, target, c, t)]
    claimed = share.get("legal_basis_claimed") or "NONE"
    if not uncovered:
        return [] if claimed == "CONSENT" else ["BASIS_RECORD_MISMATCH"]
    if claimed == "LEGITIMATE_INTEREST":
        return ["LEGITIMATE_INTEREST_REJECTED"]
    if claimed == "SOFT_OPT_IN":
        return ["SOFT_OPT_IN_NOT_FOR_SHARING"]
    if claimed not in {"CONSENT", "NONE"}:
        return ["OTHER_BASIS_REJECTED"]
    misses = [closest_miss(history, target, c, share) for c in uncovered]
    if None in misses:
        return ["NO_CONSENT"]
    return [MISS[min(m for m in misses if m is not None)]]


def closest_miss(
    history: History, target: Target, category: str | None, share: Event
) -> int | None:
    """4f: the latest first failure over the candidates; None without any candidate."""
    t = at(share)
    first_failures = []
    for grant in grants_until(history, t):
        failed = failures(history, grant, target, category, t)
        if failed and not replaced(history, grant, t):  # one that fails nothing was killed
            first_failures.append(min(failed))
    return max(first_failures, default=None)
