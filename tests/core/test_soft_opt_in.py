"""The existing-customer exception: per category, over the purchases (legal model 4.3, 3f)."""

from __future__ import annotations

from typing import Any

import pytest

from streams.core.events import Event
from tests.core.builders import buy, grant, message, own_grant, refund
from tests.core.stories import found

FAILURES: list[tuple[str, dict[str, Any]]] = [
    ("M05", {"seller_controller_id": "SISTERCO"}),
    ("M06", {"contact_details_obtained": []}),
    ("M07", {"opt_out_offered_at_collection": False}),
    ("M08", {"consideration": "NONE"}),
    ("M09", {"product_categories": ["BOOKS"]}),
]
"""Tests that a sale can fail, in their order; M10 below."""

PAIRS = [(a, b) for i, a in enumerate(FAILURES) for b in FAILURES[i + 1 :]]
NAMES = [f"{a[0]}-{b[0]}" for a, b in PAIRS]
OLD = "2022-01-01T00:00:00Z"

Failure = tuple[str, dict[str, Any]]


def second(when: float | str = 0, **fields: Any) -> Event:
    return buy(when, id="second", purchase_id="p2", **fields)


@pytest.mark.parametrize(("earlier", "later"), PAIRS, ids=NAMES)
def test_a_sale_is_named_by_its_first_failure(earlier: Failure, later: Failure) -> None:
    assert found(buy(0, **(earlier[1] | later[1])), message(2)) == {"message": earlier[0]}


@pytest.mark.parametrize(("earlier", "later"), PAIRS, ids=NAMES)
def test_of_two_sales_the_closer_one_decides(earlier: Failure, later: Failure) -> None:
    assert found(buy(0, **earlier[1]), second(**later[1]), message(2)) == {"message": later[0]}
    assert found(buy(0, **later[1]), second(**earlier[1]), message(2)) == {"message": later[0]}


@pytest.mark.parametrize("failure", FAILURES, ids=[name for name, _ in FAILURES])
def test_one_good_sale_is_enough(failure: Failure) -> None:
    assert found(buy(0, **failure[1]), second(), message(2)) == {}
    assert found(buy(0, **failure[1]), second(OLD), message(2)) == {"message": "M10"}


def test_conditions_are_met_in_one_sale_not_across_two() -> None:
    books = second(product_categories=["BOOKS"])
    without_contact = buy(0, contact_details_obtained=[])
    assert found(without_contact, books, message(2)) == {"message": "M09"}


class TestSeveralCategories:
    SENT = message(2, product_categories=["COFFEE", "BOOKS"])

    def test_the_most_fundamental_failure_is_published(self) -> None:
        """Coffee is stale (M10), books are not similar (M09)."""
        assert found(buy(OLD), self.SENT) == {"message": "M09"}

    def test_one_sale_of_several_kinds_supports_each(self) -> None:
        both = buy(0, product_categories=["BOOKS", "COFFEE"])
        assert found(both, self.SENT) == found(both, message(2)) == {}

    def test_each_category_may_rest_on_another_sale(self) -> None:
        assert found(buy(0), second(product_categories=["BOOKS"]), self.SENT) == {}

    def test_a_failure_in_one_is_enough(self) -> None:
        unpaid = second(product_categories=["BOOKS"], consideration="NONE")
        # For books the paid coffee comes closer: it fails only on similarity.
        assert found(buy(0), unpaid, self.SENT) == {"message": "M09"}


class TestReversals:
    def test_a_refund_belongs_to_its_sale(self) -> None:
        assert found(buy(0), second(), refund(1), message(2)) == {}
        assert found(buy(0), second(), refund(1), refund(1, id="r2", purchase_id="p2"),
                     message(2)) == {"message": "M08"}  # fmt: skip

    def test_a_later_refund_changes_nothing(self) -> None:
        assert found(buy(0), message(2), refund(3)) == {}

    def test_everything_paid_back_in_part(self) -> None:
        parts = refund(1, action="REFUNDED_PARTIAL", product_categories=["COFFEE"])
        assert found(buy(0), parts, message(2)) == {"message": "M09"}


class TestClaims:
    """The claim decides between M-codes and M11; what is fulfilled decides the rest."""

    @pytest.mark.parametrize("claim", ["LEGITIMATE_INTEREST", "CONTRACT", "NONE", None])
    def test_other_claims_read_as_the_exception_after_a_purchase(self, claim: str | None) -> None:
        sent = message(2, product_categories=["BOOKS"], legal_basis_claimed=claim)
        assert found(buy(0), sent) == {"message": "M09"}
        assert found(sent) == {"message": "M11"}
        assert found(buy(3), sent) == {"message": "M11"}

    def test_a_claim_of_consent_is_held_to_consent(self) -> None:
        sent = message(2, product_categories=["BOOKS"], legal_basis_claimed="CONSENT")
        assert found(buy(0), sent) == {"message": "M11"}

    @pytest.mark.parametrize(
        ("claim", "codes"),
        [
            ("SOFT_OPT_IN", {}),
            ("LEGITIMATE_INTEREST", {}),
            ("CONTRACT", {}),
            ("CONSENT", {"message": "S26"}),
            ("NONE", {"message": "S26"}),
            (None, {"message": "S26"}),
        ],
    )
    def test_the_exception_is_met(self, claim: str | None, codes: dict[str, str]) -> None:
        assert found(buy(0), message(2, legal_basis_claimed=claim)) == codes

    @pytest.mark.parametrize(
        ("claim", "with_sale", "without"),
        [
            ("CONSENT", {}, {}),
            ("SOFT_OPT_IN", {}, {"message": "S26"}),
            ("LEGITIMATE_INTEREST", {}, {"message": "S26"}),
            ("CONTRACT", {"message": "S26"}, {"message": "S26"}),
            ("NONE", {"message": "S26"}, {"message": "S26"}),
        ],
    )
    def test_consent_covers(
        self, claim: str, with_sale: dict[str, str], without: dict[str, str]
    ) -> None:
        sent = message(2, legal_basis_claimed=claim)
        assert found(own_grant(0), buy(0), sent) == with_sale
        assert found(own_grant(0), sent) == without

    @pytest.mark.parametrize(("claim", "code"), [("SOFT_OPT_IN", "M03"), ("CONSENT", "M11")])
    def test_a_channel_without_the_exception(self, claim: str, code: str) -> None:
        sent = message(2, channel="PUSH", legal_basis_claimed=claim)
        assert found(buy(0), sent) == {"message": code}

    @pytest.mark.parametrize("claim", ["SOFT_OPT_IN", "CONSENT", "NONE"])
    def test_another_party_is_named_in_a_consent_whatever_is_claimed(self, claim: str) -> None:
        sent = message(2, advertiser_id="ACME", channel="PUSH", legal_basis_claimed=claim)
        assert found(buy(0), own_grant(0, id="own"), grant(0), sent) == {"message": "M02"}
