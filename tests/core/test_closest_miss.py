"""Which code a share without a covering consent gets (legal model 4.2, 4f)."""

from __future__ import annotations

from typing import Any

import pytest

from streams.core.events import Event
from tests.core.builders import MATCHING, OWN, grant, message, own_grant, share, withdraw
from tests.core.stories import found, story

MISSES: list[tuple[str, str, dict[str, Any]]] = [
    ("S08", "CONSENT_OTHER_PURPOSE", {"purposes": [MATCHING]}),
    ("S09", "CONSENT_OTHER_RECIPIENT", {"recipient_ids": ["OTHERCO"]}),
    (
        "S10",
        "CONSENT_RECIPIENT_NOT_NAMED",
        {"recipient_ids": [], "recipient_categories": ["RETAIL"]},
    ),
    ("S11", "CONSENT_OTHER_DATA_CATEGORY", {"data_categories": ["NAME"]}),
    ("S12", "CONSENT_EXPIRED", {"expires_at": 1}),
    ("S13", "CONSENT_NOT_AFFIRMATIVE", {"consent_method": "PRE_TICKED"}),
    ("S14", "CONSENT_MINOR_NO_GUARDIAN", {"age_band": "UNDER_16"}),
    ("S15", "CONSENT_NOT_DEMONSTRABLE", {"evidence_ref": None}),
    ("S16", "CONSENT_NOT_INFORMED", {"notice_version": None}),
    ("S17", "CONSENT_NOT_FREE_OR_SPECIFIC", {"separate_act": False}),
]
"""T1 to T11 without T5, in the order of the tests."""


def shared(**fields: Any) -> Event:
    return share(2, **({"recipient_category": "RETAIL"} | fields))


PAIRS = [
    (earlier, later) for i, earlier in enumerate(MISSES) for later in MISSES[i + 1 :]
]  # fmt: skip


@pytest.mark.parametrize(("earlier", "later"), PAIRS, ids=[f"{a[0]}-{b[0]}" for a, b in PAIRS])
def test_the_consent_that_misses_latest_decides(
    earlier: tuple[str, str, dict[str, Any]], later: tuple[str, str, dict[str, Any]]
) -> None:
    near, far = grant(0, id="near", **later[2]), grant(1, id="far", **earlier[2])
    assert found(near, far, shared())["share"] == later[0]
    assert found(far, near, shared())["share"] == later[0]


IN_ONE = [(a, b) for a, b in PAIRS if (a[0], b[0]) != ("S09", "S10")]
"""A recipient that is in a named category is not another recipient: S09 or S10."""


@pytest.mark.parametrize(("earlier", "later"), IN_ONE, ids=[f"{a[0]}-{b[0]}" for a, b in IN_ONE])
def test_of_one_consent_the_first_failure_is_published_and_the_rest_contributes(
    earlier: tuple[str, str, dict[str, Any]], later: tuple[str, str, dict[str, Any]]
) -> None:
    lived = story(grant(0, **(later[2] | earlier[2])), shared()).finding(earlier[0])
    assert lived.contributing_codes == (later[1],)


class TestTies:
    def test_the_newest_grant_wins(self) -> None:
        old = grant(0, id="old", data_categories=["NAME"], expires_at=1)
        new = grant(1, id="new", data_categories=["NAME"])
        assert story(old, new, share(2)).finding("S11").contributing_codes == ()
        old, new = grant(1, id="a", data_categories=["NAME"]), grant(0, id="b", data_categories=[])
        assert story(old, new, share(2)).finding("S11").consent_ids_considered == ("a", "b")

    def test_then_the_highest_consent_id(self) -> None:
        same = [
            grant(0, id=event, consent_id=name, data_categories=["NAME"], expires_at=expiry)
            for event, name, expiry in (("e2", "c1", 1), ("e1", "c2", None))
        ]
        assert story(*same, share(2)).finding("S11").contributing_codes == ()
        assert story(*reversed(same), share(2)).finding("S11").contributing_codes == ()


class TestUnion:
    def test_two_consents_together_cover(self) -> None:
        name = grant(0, id="name", data_categories=["NAME"])
        assert found(grant(0), name, share(2, data_categories=["EMAIL", "NAME"])) == {}

    def test_of_the_same_purpose_and_recipient_only(self) -> None:
        other = grant(0, id="name", data_categories=["NAME"], recipient_ids=["OTHERCO"])
        lived = story(grant(0), other, share(2, data_categories=["EMAIL", "NAME"]))
        # For NAME the consent for ACME misses later (data category) than that for OTHERCO.
        assert lived.found() == {"share": "S11"}
        assert lived.finding("S11").uncovered_data_categories == ("NAME",)

    def test_naw_is_name_address_and_residence(self) -> None:
        three = ["NAME", "POSTAL_ADDRESS", "RESIDENCE"]
        assert found(grant(0, data_categories=["NAW"]), share(2, data_categories=three)) == {}
        assert found(grant(0, data_categories=three), share(2, data_categories=["NAW"])) == {}
        lived = story(grant(0, data_categories=["NAME"]), share(2, data_categories=["NAW"]))
        assert lived.finding("S11").uncovered_data_categories == ("POSTAL_ADDRESS", "RESIDENCE")


class TestSeveralCategories:
    def test_the_most_fundamental_miss_is_published(self) -> None:
        """EMAIL misses by expiry; NAME only by its data category, which is earlier."""
        lived = story(grant(0, expires_at=1), share(2, data_categories=["EMAIL", "NAME"]))
        finding = lived.finding("S11")
        assert finding.uncovered_data_categories == ("EMAIL", "NAME")
        assert finding.contributing_codes == ("CONSENT_EXPIRED",)

    def test_what_is_covered_is_not_listed(self) -> None:
        lived = story(grant(0), share(2, data_categories=["EMAIL", "BIRTH_DATE"]))
        assert lived.finding("S11").uncovered_data_categories == ("BIRTH_DATE",)


class TestNoCandidate:
    def test_a_killed_consent_is_none(self) -> None:
        """The re-grant lifts, is replaced by one for other data; the first one stays dead."""
        new = grant(1.5, id="new", data_categories=["NAME"])
        lived = story(grant(0), withdraw(1), new, share(2)).finding("S11")
        assert lived.consent_ids_considered == ("new", "grant")

    def test_a_replaced_consent_is_none(self) -> None:
        new = grant(1, id="new", purposes=[OWN], replaces_consent_id="grant")
        assert found(grant(0, expires_at=0.5), new, share(2)) == {"share": "S08"}

    @pytest.mark.parametrize(
        ("others", "fields", "reason"),
        [
            ([], {}, "NO_RECORD"),
            ([grant(3)], {}, "GRANTED_LATER"),
            ([grant(3, recipient_ids=["OTHERCO"])], {}, "NO_RECORD"),
            ([grant(3, purposes=[OWN])], {}, "NO_RECORD"),
            ([], {"consent_ref": "c9"}, "CITED_CONSENT_UNKNOWN"),
            ([grant(3)], {"consent_ref": "c9"}, "CITED_CONSENT_UNKNOWN"),
            ([grant(3)], {"consent_ref": "grant"}, "GRANTED_LATER"),
        ],
    )
    def test_the_reason_of_no_consent(
        self, others: list[Event], fields: dict[str, Any], reason: str
    ) -> None:
        for events in ([*others, share(2, **fields)], [share(2, **fields), *others]):
            assert story(*events).finding("S07").reason == reason


class TestMessages:
    @pytest.mark.parametrize(
        ("fields", "reason"),
        [
            ({"purposes": [MATCHING]}, "OTHER_PURPOSE"),
            ({"channels": ["SMS"]}, "OTHER_CHANNEL"),
            ({"expires_at": 1}, "EXPIRED"),
            ({"consent_method": "SILENCE"}, "NOT_AFFIRMATIVE"),
            ({"age_band": "UNDER_16"}, "MINOR"),
            ({"evidence_ref": None}, "NOT_DEMONSTRABLE"),
            ({"notice_version": None}, "NOT_INFORMED"),
            ({"bundled_with_terms": True}, "NOT_FREE_OR_SPECIFIC"),
        ],
    )
    def test_the_reason_is_the_failed_test(self, fields: dict[str, Any], reason: str) -> None:
        sent = message(2, legal_basis_claimed="CONSENT")
        assert story(own_grant(0, **fields), sent).finding("M11").reason == reason

    def test_other_failures_contribute(self) -> None:
        """A channel has no code of its own; it is the reason or is left out."""
        sent = message(2, legal_basis_claimed="CONSENT")
        given = own_grant(0, purposes=[MATCHING], channels=["SMS"], expires_at=1)
        finding = story(given, sent).finding("M11")
        assert finding.reason == "OTHER_PURPOSE"
        assert finding.contributing_codes == ("CONSENT_EXPIRED",)

    def test_without_any_consent(self) -> None:
        sent = message(2, legal_basis_claimed="CONSENT")
        assert story(sent).finding("M11").reason == "NO_RECORD"
        assert story(sent, own_grant(3)).finding("M11").reason == "GRANTED_LATER"

    def test_data_categories_are_not_looked_at(self) -> None:
        sent = message(2, legal_basis_claimed="CONSENT")
        assert found(own_grant(0, data_categories=["HEALTH"]), sent) == {}

    def test_a_sister_company_must_be_named(self) -> None:
        by_sister: dict[str, Any] = {
            "sender_controller_id": "SISTERCO",
            "advertiser_id": "SISTERCO",
            "legal_basis_claimed": "CONSENT",
        }
        lived = story(own_grant(0), message(2, **by_sister))
        assert lived.finding("M11").reason == "OTHER_RECIPIENT"
        assert found(own_grant(0, recipient_ids=["SISTERCO"]), message(2, **by_sister)) == {}
