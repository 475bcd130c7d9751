"""Small inputs from the field: each is judged, or names what makes a record none."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from streams.check.report.lines import summary
from streams.check.result import Result, run_check
from streams.core.policy import default_policy
from streams.files.find import InputFiles

FOLDER = Path(__file__).with_name("field_cases")


def checked(name: str) -> Result:
    return run_check(InputFiles([str(FOLDER / f"{name}.jsonl")]), default_policy(), None)


REFUSED = {
    "field-ageBand-camel": (1, "ageBand", "age_band"),
    "field-bundledWithTerms-camel": (1, "bundledWithTerms", "bundled_with_terms"),
    "field-channel-singular": (1, "channel", "channels"),
    "field-expiresAt-camel": (1, "expiresAt", "expires_at"),
    "field-share-cats-camel": (2, "dataCategories", "data_categories"),
    "field-share-country-camel": (2, "recipientCountry", "recipient_country"),
    "field-unsub-camel": (2, "unsubscribePresent", "unsubscribe_present"),
    "id-nfc-nfd": (2, "subject_id", "NFC"),
    "id-recipient-space": (2, "recipient_ids", "blank"),
    "id-subject-bidi": (2, "subject_id", "format"),
    "id-subject-tab": (2, "subject_id", "control"),
    "id-subject-trailing-space": (2, "subject_id", "blank"),
    "id-subject-zwsp": (2, "subject_id", "format"),
    "zero-epoch-withdraw": (2, "occurred_at", "1990"),
    "zero-go-share": (1, "occurred_at", "1990"),
    "zero-seconds-share": (1, "occurred_at", "1990"),
    "open-country-UK": (2, "recipient_country", "GB"),
    "open-country-nl": (2, "recipient_country", "NL"),
    "open-kind-social_media": (2, "recipient_kind", "SOCIAL_MEDIA"),
}

JUDGED = {
    "field-age_band-right": {"CONSENT_MINOR_NO_GUARDIAN", "CONSENT_DEFECT_RECORDED"},
    "field-channels-right": {"MSG_NO_VALID_CONSENT"},
    "field-expires_at-right": {"CONSENT_EXPIRED"},
    "field-share-cats-right": {
        "SPECIAL_CATEGORY_NO_EXPLICIT_CONSENT",
        "CONSENT_OTHER_DATA_CATEGORY",
    },
    "field-unsub-right": {"MSG_NO_UNSUBSCRIBE"},
    "id-controller-case": set(),
    "d10-message-id": set(),
    "d11-message-id-no-brackets": set(),
    "d12-ses-message-id": set(),
}


@pytest.mark.parametrize(("name", "fault"), REFUSED.items())
def test_a_record_that_could_be_misread_is_refused(name: str, fault: tuple[int, str, str]) -> None:
    line, field, word = fault
    result = checked(name)
    (rejected,) = result.rejected
    assert (rejected.line, rejected.code, rejected.field) == (line, "UNPROCESSABLE_EVENT", field)
    assert word in rejected.reason
    (finding,) = [one for one in result.findings if one.code == "UNPROCESSABLE_EVENT"]
    if field == "subject_id":
        assert finding.subject_id is None


@pytest.mark.parametrize(("name", "codes"), JUDGED.items())
def test_the_same_record_written_rightly_is_judged(name: str, codes: set[str]) -> None:
    result = checked(name)
    assert result.rejected == []
    assert {finding.code for finding in result.findings} == codes


def test_every_file_is_in_one_of_the_tables() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(REFUSED) | set(JUDGED)


def test_a_controller_that_differs_by_case_is_another_and_is_named() -> None:
    result = checked("id-controller-case")
    assert result.subjects == 2
    assert summary(result)["alike_but_for_case"] == {
        "controllers": [["DUINZICHT", "Duinzicht"]],
        "recipients": [],
    }


def test_unknown_fields_are_counted_in_the_summary(tmp_path: Path) -> None:
    lines = (FOLDER / "field-expires_at-right.jsonl").read_text().splitlines()
    event = msgspec.json.decode(lines[0]) | {"campaign": "spring", "note": {"a": 1}, "empty": None}
    path = tmp_path / "events.jsonl"
    path.write_bytes(msgspec.json.encode(event))
    assert (
        summary(run_check(InputFiles([str(path)]), default_policy(), None))["unknown_fields"] == 2
    )
