"""One full value of each stored or published kind; golden files hold their bytes."""

from __future__ import annotations

from msgspec.structs import replace

from streams.core.events import (
    Event,
)
from streams.core.findings import Duty, Finding
from streams.core.identifiers import (
    ConsentId,
    ControllerId,
    EventId,
    PayloadHash,
    Slot,
    SubjectId,
    ViolationId,
)
from streams.core.instants import Instant
from streams.core.publications import History, Publication
from streams.core.state import (
    DutyState,
    EventRow,
    Fact,
    FactSource,
    Published,
    PublishedDuty,
    Verdict,
)
from streams.core.vocabulary import (
    ClosingReason,
    Code,
    DataCategory,
    DutyStatus,
    EventType,
    Finality,
    LegalBasis,
    Reason,
    Severity,
    Status,
    Trigger,
)
from tests.wire.event_values import ACME, AT, FIRST_RELEASE

VERDICT = Verdict(
    code=Code.NO_CONSENT,
    reason=Reason.GRANTED_LATER,
    consent_ids_considered=(ConsentId("c-1"),),
    contributing_codes=(Code.CONSENT_EXPIRED,),
    uncovered_data_categories=(DataCategory.EMAIL,),
    protection_irrelevant=True,
    review_required=True,
    remediated=True,
)


def row(event: Event) -> EventRow:
    """A row with everything that a row can hold."""
    duty = DutyState(
        trigger=Trigger.WITHDRAWN,
        starts_at=AT,
        due_at=Instant(AT + 259_200_000),
        share_ids=(EventId("e-0"),),
        status=DutyStatus.FULFILLED,
        notified_at=Instant(AT + 5),
    )
    return EventRow(
        fact=Fact(
            event=event,
            payload_hash=PayloadHash("ab" * 32),
            ingested_at=Instant(AT + 10),
            source=FactSource("data-share", 3, 1042),
        ),
        policy_digest="d1",
        published={
            Slot("S.BASIS"): Published(
                verdict=VERDICT,
                revision=2,
                status=Status.REVISED,
                final_at=Instant(AT + 2_592_000_000),
                final=True,
                late=True,
            ),
            Slot("S.DPA"): Published(
                verdict=Verdict(code=Code.PROCESSOR_WITHOUT_AGREEMENT),
                revision=1,
                status=Status.OPEN,
                final_at=Instant(AT + 2_592_000_000),
            ),
        },
        duties={ACME: PublishedDuty(duty=duty, revision=1)},
    )


def row_with_history(event: Event) -> EventRow:
    """The same, with the revisions before and when each was published."""
    bare = row(event)
    basis, agreement = sorted(bare.published)
    first = Publication(1, AT, Status.OPEN, Code.NO_CONSENT, Reason.NO_RECORD, "d0d0d0d0d0d0d0d0")
    published = {
        basis: replace(
            bare.published[basis],
            history=History(Instant(AT + 20), "d1d1d1d1d1d1d1d1", (first,)),
        ),
        agreement: replace(bare.published[agreement], history=History(AT, "d1d1d1d1d1d1d1d1")),
    }
    duties = {
        who: replace(owed, history=History(AT, "d1d1d1d1d1d1d1d1"))
        for who, owed in bare.duties.items()
    }
    return replace(bare, published=published, duties=duties)


def row_with_retracted_duty() -> EventRow:
    """A row whose duty was retracted because the policy is another one now."""
    bare = row_with_history(FIRST_RELEASE["data_share"])
    duties = {
        who: replace(
            owed,
            duty=replace(owed.duty, status=DutyStatus.RETRACTED),
            revision=2,
            cause=ClosingReason.POLICY_CHANGED,
        )
        for who, owed in bare.duties.items()
    }
    return replace(bare, duties=duties)


FINDING = Finding(
    violation_id=ViolationId("v-1"),
    revision=2,
    status=Status.REVISED,
    finality=Finality.PROVISIONAL,
    code=Code.NO_CONSENT,
    family="S.BASIS",
    severity=Severity.HIGH,
    reason=Reason.GRANTED_LATER,
    controller_id=ControllerId("OURCO"),
    subject_id=SubjectId("s-1"),
    event_id=EventId("e-1"),
    event_type=EventType.DATA_SHARE,
    occurred_at=AT,
    detected_at=Instant(AT + 10),
    recipient_id=ACME,
    claimed_basis=LegalBasis.CONSENT,
    consent_ids_considered=(ConsentId("c-1"),),
    contributing_codes=(Code.CONSENT_EXPIRED,),
    uncovered_data_categories=(DataCategory.EMAIL,),
    protection_irrelevant=True,
    late_detected=True,
    breach_assessment_required=False,
    review_required=False,
    law_version="l",
    policy_version="p",
    rule_version="r",
    explanation_en="why",
    explanation_nl="waarom, vóór",
    citations=("GDPR 6(1)(a)",),
    remediation_en="what",
    remediation_nl="wat",
)

DUTY = Duty(
    duty_id=ViolationId("v-2"),
    revision=1,
    status=DutyStatus.DUE,
    code="RECIPIENT_NOTIFICATION_DUE",
    severity=Severity.OBLIGATION,
    controller_id=ControllerId("OURCO"),
    subject_id=SubjectId("s-1"),
    trigger_event_type=EventType.CONSENT_CHANGE,
    trigger_event_id=EventId("e-2"),
    trigger="WITHDRAWN",
    recipient_id=ACME,
    starts_at=AT,
    due_at=Instant(AT + 259_200_000),
    share_ids=(EventId("e-1"),),
    notified_at=Instant(AT + 5),
    detected_at=Instant(AT + 10),
    law_version="l",
    policy_version="p",
    rule_version="r",
    explanation_en="why",
    explanation_nl="waarom",
    citations=("GDPR 19",),
    remediation_en="what",
    remediation_nl="wat",
)
