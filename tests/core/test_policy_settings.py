"""P1 to P21: each with its default and with an alternative (legal model 6)."""

from __future__ import annotations

from typing import Any

import pytest

from streams.core.events import Event
from streams.core.identifiers import RecipientId
from streams.core.instants import days, hours
from streams.core.policy import (
    PARAMETERS,
    RESERVED,
    DatedValue,
    Policy,
    PolicySettings,
    RecipientEntry,
    Registers,
    fixed_policy,
)
from streams.core.policy.settings import (
    DEFAULT_RECORDING_DELAY,
    LegitimateInterestMode,
    Sector,
    UnknownAge,
)
from streams.core.vocabulary import ConsentMethod, RecipientRole, Severity
from tests.core.builders import (
    MATCHING,
    OWN,
    buy,
    grant,
    message,
    moment,
    notify,
    object_,
    own_grant,
    processor_share,
    refund,
    refuse,
    share,
    withdraw,
)
from tests.core.stories import found, owed, story, with_policy

CATEGORY: dict[str, Any] = {"recipient_ids": [], "recipient_categories": ["RETAIL"]}
JOINT = share(2, recipient_role="JOINT_CONTROLLER", arrangement_ref="a-1")
CALL = message(2, channel="PHONE_HUMAN")
FREEMIUM = buy(0, consideration="INDIRECT_FREEMIUM")
TEA = message(2, product_categories=["TEA"])
PAPER = {ConsentMethod.BUTTON: hours(48)}
EARLY_STOP = [grant(0), withdraw(1), share(2)]

SWITCHES: list[tuple[str, list[Event], dict[str, str], Any, dict[str, str]]] = [
    ("named_recipient_required", [grant(0, **CATEGORY), share(2, recipient_category="RETAIL")],
     {"share": "S10"}, False, {}),
    ("joint_controller_as_third_party", [JOINT], {"share": "S07"}, False, {}),
    ("joint_controller_as_third_party", [object_(1), JOINT], {"share": "S01"},
     False, {"share": "S01"}),
    ("ad_platform_processor_accepted", [processor_share(2, purpose=MATCHING)],
     {"share": "S07"}, True, {}),
    ("telemarketing_customer_exception_sector", [buy(0), CALL],
     {"message": "M03"}, Sector.CHARITY, {}),
    ("telemarketing_customer_exception_sector", [buy(0), CALL],
     {"message": "M03"}, Sector.PUBLISHER, {}),
    ("telemarketing_customer_exception_sector", [CALL],
     {"message": "M03"}, Sector.LOTTERY, {"message": "M04"}),
    ("reversed_sale_supports_soft_opt_in", [buy(0), refund(1), message(2)],
     {"message": "M08"}, True, {}),
    ("indirect_consideration_accepted", [FREEMIUM, message(2)], {"message": "M08"}, True, {}),
    ("indirect_consideration_accepted", [buy(0, consideration="NONE"), message(2)],
     {"message": "M08"}, True, {"message": "M08"}),
    ("similar_products", [buy(0), TEA], {"message": "M09"}, (("TEA", "CAKE", "COFFEE"),), {}),
    ("soft_opt_in_max_age", [buy(0), message(25)], {}, days(1), {"message": "M10"}),
    ("withdrawal_grace", EARLY_STOP, {"share": "S02"}, hours(2), {}),
    ("withdrawal_grace", [grant(0), refuse(1), share(2)], {"share": "S03"}, hours(2), {}),
    ("withdrawal_grace", [grant(0), object_(1), share(2)], {"share": "S01"},
     hours(2), {"share": "S01"}),
    ("withdrawal_grace", EARLY_STOP, {"share": "S02"}, hours(1), {"share": "S02"}),
    ("grant_at_same_instant_valid", [grant(2), share(2)], {}, False, {"share": "S07"}),
    ("grant_at_same_instant_valid", [grant(2, ms=-1), share(2)], {}, False, {}),
    ("refusal_blocks_soft_opt_in", [buy(0), refuse(1, purposes=[OWN]), message(2)],
     {"message": "M01"}, False, {}),
    ("refusal_blocks_soft_opt_in", [buy(0), withdraw(1, purposes=[OWN]), message(2)],
     {"message": "M01"}, False, {"message": "M01"}),
    ("max_recording_delay", [grant(0, recorded_at=30), share(2)],
     {"grant": "A01", "share": "S15"}, DEFAULT_RECORDING_DELAY | PAPER, {}),
    ("unknown_age", [grant(0, age_band="UNKNOWN"), share(2)], {},
     UnknownAge.UNDER_16, {"grant": "A01", "share": "S14"}),
    ("unknown_age", [grant(0, age_band=None), share(2)], {},
     UnknownAge.UNDER_16, {"grant": "A01", "share": "S14"}),
    ("unknown_recipient_role", [processor_share(2, recipient_role="UNKNOWN")],
     {"share": "S07"}, RecipientRole.PROCESSOR, {}),
    ("allow_basis_fallback", [own_grant(0), message(2)], {"message": "S26"},
     False, {"message": "M11"}),
    ("allow_basis_fallback", [buy(0), message(2, legal_basis_claimed="CONSENT")],
     {"message": "S26"}, False, {"message": "M11"}),
    ("allow_basis_fallback", [grant(0), share(2, legal_basis_claimed="CONTRACT")],
     {"share": "S26"}, False, {"share": "S26"}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "events", "default", "value", "otherwise"), SWITCHES)
def test_a_setting_changes_this(
    name: str, events: list[Event], default: dict[str, str], value: Any, otherwise: dict[str, str]
) -> None:
    assert found(*events, policy=fixed_policy()) == default
    assert found(*events, policy=fixed_policy(**{name: value})) == otherwise


def test_review_of_legitimate_interest_softens_and_never_clears() -> None:
    event = share(2, legal_basis_claimed="LEGITIMATE_INTEREST")
    strict = story(event).finding("S04")
    assert (strict.severity, strict.review_required) == (Severity.HIGH, False)
    mode = LegitimateInterestMode.REVIEW
    soft = story(event, policy=with_policy(legitimate_interest_mode=mode)).finding("S04")
    assert (soft.severity, soft.review_required) == (Severity.MEDIUM, True)


@pytest.mark.parametrize(("term", "ms", "status"), [(72, 0, "DUE"), (72, 1, "OVERDUE"),
                                                     (24, 0, "DUE"), (24, 1, "OVERDUE")])  # fmt: skip
def test_the_term_to_notify_recipients(term: int, ms: int, status: str) -> None:
    lived = story(share(0), object_(1), policy=fixed_policy(notify_deadline=hours(term)))
    assert lived.tick(1 + term, ms=ms).owed() == {("objection", "ACME"): status}


def test_the_register_decides_who_is_unknown() -> None:
    entry = RecipientEntry(recipient_id=RecipientId("OTHERCO"))
    registers = Registers(recipients=(entry,))
    event = processor_share(2, recipient_role="UNKNOWN")
    assert found(event, policy=fixed_policy(registers=registers)) == {"share": "S07"}
    lenient = fixed_policy(registers=registers, unknown_recipient_role=RecipientRole.PROCESSOR)
    assert found(event, policy=lenient) == {}


class TestDatedEntries:
    """An entry applies to events from its day on, whenever they arrive."""

    POLICY = Policy(
        entries={
            "named_recipient_required": (DatedValue(moment(5), value=False),),
            "notify_deadline": (DatedValue(moment(5), value=hours(1)),),
            "unknown_age": (DatedValue(moment(5), value=UnknownAge.UNDER_16),),
        }
    )

    @pytest.mark.parametrize(("ms", "codes"), [(-1, {"share": "S10"}), (0, {})])
    def test_by_the_time_of_the_share(self, ms: int, codes: dict[str, str]) -> None:
        event = share(5, ms=ms, recipient_category="RETAIL")
        given = grant(0, **CATEGORY)
        assert found(given, event, policy=self.POLICY) == codes
        assert found(event, given, policy=self.POLICY) == codes

    @pytest.mark.parametrize(("ms", "due"), [(-1, 72), (0, 1)])
    def test_by_the_time_of_the_signal(self, ms: int, due: int) -> None:
        lived = story(share(0), object_(5, ms=ms), policy=self.POLICY)
        (duty,) = lived.duties.values()
        assert duty.due_at == moment(5 + due, ms=ms)

    @pytest.mark.parametrize(("ms", "valid"), [(-1, True), (0, False)])
    def test_by_the_time_of_the_grant(self, ms: int, *, valid: bool) -> None:
        given = grant(5, ms=ms, age_band="UNKNOWN")
        assert found(given, share(9), policy=self.POLICY) == (
            {} if valid else {"grant": "A01", "share": "S14"}
        )


@pytest.mark.parametrize(("ms", "codes"), [(-1, {}), (0, {"share": "S07", "message": "M04"})])
def test_a_start_without_consent_history(ms: int, codes: dict[str, str]) -> None:
    policy = Policy(assess_from=moment(5))
    assert found(share(5, ms=ms), message(5, ms=ms), policy=policy) == codes


def test_every_question_has_a_parameter_or_is_reserved() -> None:
    numbers = {parameter.number for parameter in PARAMETERS} | set(RESERVED)
    assert numbers | {"P22"} == {f"P{n}" for n in range(1, 27)}
    assert {parameter.name for parameter in PARAMETERS} == set(PolicySettings.__struct_fields__)


def test_the_defaults() -> None:
    policy = PolicySettings()
    assert policy.soft_opt_in_max_age == days(1096)
    assert policy.notify_deadline == hours(72)
    assert policy.final_after == days(30)
    assert policy.retention == days(5 * 365 + 2)
    assert policy.arrival_grace == days(30)
    assert policy.withdrawal_grace == 0
    assert owed(share(0), object_(1), notify(73)) == {("objection", "ACME"): "FULFILLED"}
