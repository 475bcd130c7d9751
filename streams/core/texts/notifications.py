"""Texts of the duty to notify a recipient and of the finding that it was not met (4.4)."""

from __future__ import annotations

from typing import Final

from streams.core.texts.wording import Bilingual, Wording, filled
from streams.core.vocabulary import DutyStatus, Trigger

_RECEIVED: Final[dict[Trigger, Bilingual]] = {
    Trigger.WITHDRAWN: Bilingual(
        "before the person withdrew consent", "voordat de persoon de toestemming introk"
    ),
    Trigger.OBJECTED: Bilingual(
        "before the person objected to direct marketing",
        "voordat de persoon bezwaar maakte tegen direct marketing",
    ),
    Trigger.ERASED: Bilingual(
        "before the person asked for erasure", "voordat de persoon om wissing verzocht"
    ),
    Trigger.SHARE_AFTER_OBJECTION: Bilingual(
        "although the person had objected to direct marketing",
        "hoewel de persoon bezwaar had gemaakt tegen direct marketing",
    ),
    Trigger.SHARE_AFTER_WITHDRAWAL: Bilingual(
        "although the person had withdrawn consent",
        "hoewel de persoon de toestemming had ingetrokken",
    ),
    Trigger.SHARE_DESPITE_REFUSAL: Bilingual(
        "although the person had refused consent",
        "hoewel de persoon toestemming had geweigerd",
    ),
}

_SENTENCE: Final = Bilingual(
    "This recipient received data {when}, {outcome}.",
    "Deze ontvanger heeft gegevens gekregen {when}, {outcome}.",
)

_STATUS: Final[dict[DutyStatus, Wording]] = {
    DutyStatus.DUE: Wording(
        Bilingual(
            "so it must be notified without undue delay, within the term that the policy sets, and "
            "be asked to erase the data where the person can demand that",
            "en moet daarover zonder onnodige vertraging worden geïnformeerd, binnen de termijn van "
            "het beleid, en worden gevraagd de gegevens te wissen waar de persoon dat kan eisen",
        ),
        Bilingual(
            "Notify the recipient before the deadline, and record the notification.",
            "Informeer de ontvanger vóór de uiterste datum en leg dat vast.",
        ),
    ),
    DutyStatus.OVERDUE: Wording(
        Bilingual(
            "and was not notified of that within the term that the policy sets",
            "en is daarover niet binnen de termijn van het beleid geïnformeerd",
        ),
        Bilingual(
            "Notify the recipient now, and record the notification and the reason for the delay.",
            "Informeer de ontvanger nu en leg de kennisgeving en de reden van de vertraging vast.",
        ),
    ),
    DutyStatus.FULFILLED: Wording(
        Bilingual(
            "and was notified of that in time",
            "en is daarover op tijd geïnformeerd",
        ),
        Bilingual(
            "Nothing more has to be done; keep the evidence of the notification.",
            "Er hoeft niets meer te worden gedaan; bewaar het bewijs van de kennisgeving.",
        ),
    ),
    DutyStatus.FULFILLED_LATE: Wording(
        Bilingual(
            "and was notified of that only after the term that the policy sets had ended",
            "en is daarover pas geïnformeerd nadat de termijn van het beleid was verstreken",
        ),
        Bilingual(
            "Nothing more has to be sent to this recipient; record the reason for the delay, and "
            "correct the process that caused it.",
            "Aan deze ontvanger hoeft niets meer te worden gestuurd; leg de reden van de "
            "vertraging vast en verbeter het proces dat die veroorzaakte.",
        ),
    ),
    DutyStatus.CANCELLED: Wording(
        Bilingual(
            "but does not have to be notified any more, because the person gave a valid consent "
            "again in time",
            "maar hoeft niet meer te worden geïnformeerd, omdat de persoon op tijd opnieuw een "
            "geldige toestemming heeft gegeven",
        ),
        Bilingual(
            "Nothing has to be done; keep the evidence of the new consent.",
            "Er hoeft niets te worden gedaan; bewaar het bewijs van de nieuwe toestemming.",
        ),
    ),
}
"""How the sentence ends, and what is left to do, by the status of the duty."""


def duty(trigger: Trigger, status: DutyStatus) -> Wording:
    """The texts of a duty that was raised: of any status but RETRACTED."""
    outcome, remediation = _STATUS[status]
    return Wording(filled(_SENTENCE, when=_RECEIVED[trigger], outcome=outcome), remediation)


def not_notified(trigger: Trigger, *, remediated: bool) -> Wording:
    """The texts of the finding on a duty that was not met in time, or was met late."""
    return duty(trigger, DutyStatus.FULFILLED_LATE if remediated else DutyStatus.OVERDUE)
