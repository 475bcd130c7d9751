"""OCSF by its own schemas, and what they do not check: captions and arithmetic."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

from streams.core.codes import CODES
from streams.core.findings import OutputRecord
from streams.core.vocabulary import LegalBasis
from streams.siem import dpv
from streams.siem.ocsf import PROFILES, ocsf
from streams.siem.ocsf_compliance import STANDARDS
from streams.siem.producer import OcsfClass, OcsfVersion, Producer
from tests.siem.hostile import output_records
from tests.siem.lives import lives

LIVES = lives()
CLASS_NAMES = {
    OcsfClass.COMPLIANCE: "compliance_finding",
    OcsfClass.DATA_SECURITY: "data_security_finding",
}
BOTH = pytest.mark.parametrize("kind", OcsfClass)
EVERY = pytest.mark.parametrize("version", OcsfVersion)


@cache
def validator(version: OcsfVersion, kind: OcsfClass) -> Draft202012Validator:
    """Knows every attribute of the class with our profiles, and refuses any other."""
    schema = OcsfJsonSchemaEmbedded(get_ocsf_schema(version.value))
    return Draft202012Validator(schema.get_class_schema(CLASS_NAMES[kind], list(PROFILES)))


def event(one: OutputRecord, version: OcsfVersion, kind: OcsfClass) -> dict[str, Any]:
    return ocsf(one, Producer(version="1.2.3", ocsf_version=version, ocsf_class=kind))


def errors(made: dict[str, Any]) -> list[str]:
    version = OcsfVersion(made["metadata"]["version"])
    kind = OcsfClass.COMPLIANCE if made["class_uid"] == 2003 else OcsfClass.DATA_SECURITY
    return [error.message for error in validator(version, kind).iter_errors(made)]


@BOTH
@EVERY
@pytest.mark.parametrize("life", LIVES)
def test_every_life_is_valid(life: str, version: OcsfVersion, kind: OcsfClass) -> None:
    assert errors(event(LIVES[life], version, kind)) == []


@given(output_records)
def test_hostile_findings_are_valid(one: OutputRecord) -> None:
    for kind in OcsfClass:
        for version in (OcsfVersion.V1_5, OcsfVersion.V1_8):
            assert errors(event(one, version, kind)) == []


@BOTH
@EVERY
def test_the_schema_is_strict(version: OcsfVersion, kind: OcsfClass) -> None:
    good = event(LIVES["finding opened"], version, kind)
    assert errors(good) == []
    assert errors(good | {"purpose": "x"})
    assert errors(good | {"severity_id": 7})
    assert errors(good | {"time": "2026-09-01T12:00:00Z"})
    assert errors({name: value for name, value in good.items() if name != "finding_info"})
    assert errors(good | {"finding_info": good["finding_info"] | {"purpose": "x"}})


def test_what_older_versions_lack_is_left_out() -> None:
    opened = LIVES["finding opened"]
    newest = event(opened, OcsfVersion.V1_8, OcsfClass.COMPLIANCE)
    for version in (OcsfVersion.V1_5, OcsfVersion.V1_6):
        made = newest | {"metadata": newest["metadata"] | {"version": version.value}}
        assert any("original_event_uid" in error for error in errors(made))
    made = event(opened, OcsfVersion.V1_5, OcsfClass.COMPLIANCE)
    assert all("role_id" not in resource for resource in made["resources"])
    assert all("role_id" in resource for resource in newest["resources"])


def with_captions(value: Any, found: list[tuple[str, int, str]]) -> list[tuple[str, int, str]]:
    """Every `x_id` or `x_uid` that is a number, with its sibling `x` or `x_name`."""
    if isinstance(value, dict):
        for name, number in value.items():
            stem = name.removesuffix("_uid").removesuffix("_id")
            if isinstance(number, int) and stem != name:
                sibling = stem if stem in value else f"{stem}_name"
                found.append((name, number, value[sibling]))
            with_captions(number, found)
    elif isinstance(value, list):
        for member in value:
            with_captions(member, found)
    return found


def captions(version: OcsfVersion, kind: OcsfClass) -> dict[str, set[tuple[int, str]]]:
    """What the schema calls each number, by attribute, over all objects that we use."""
    schema = get_ocsf_schema(version.value)
    used = "check compliance data_security observable analytic resource_details".split()
    places = [schema["classes"][CLASS_NAMES[kind]], *(schema["objects"][name] for name in used)]
    found: dict[str, set[tuple[int, str]]] = {}
    for place in places:
        for name, attribute in place["attributes"].items():
            for number, symbol in attribute.get("enum", {}).items():
                found.setdefault(name, set()).add((int(number), symbol["caption"]))
    return found


@BOTH
@EVERY
@pytest.mark.parametrize("life", LIVES)
def test_numbers_stand_beside_their_captions(
    life: str, version: OcsfVersion, kind: OcsfClass
) -> None:
    made = event(LIVES[life], version, kind)
    known = captions(version, kind)
    pairs = with_captions(made, [])
    required = {"severity_id", "status_id", "activity_id", "type_uid", "class_uid"}
    assert required <= {name for name, _, _ in pairs}
    for name, number, caption in pairs:
        assert (number, caption) in known[name], name


@BOTH
@pytest.mark.parametrize("life", LIVES)
def test_the_arithmetic_of_types(life: str, kind: OcsfClass) -> None:
    made = event(LIVES[life], OcsfVersion.V1_8, kind)
    assert made["class_uid"] == (2003 if kind is OcsfClass.COMPLIANCE else 2006)
    assert made["category_uid"] == made["class_uid"] // 1000
    assert made["type_uid"] == made["class_uid"] * 100 + made["activity_id"]
    assert made["type_name"] == f"{made['class_name']}: {made['activity_name']}"


@pytest.mark.parametrize(
    ("life", "activity", "status", "compliance"),
    [
        ("finding opened", "Create", "New", "Fail"),
        ("finding revised", "Update", "New", "Fail"),
        ("finding closed", "Close", "Resolved", "Pass"),
        ("finding reopened", "Update", "New", "Fail"),
        ("finding labelled final", "Update", "New", "Fail"),
        ("duty due", "Create", "New", "Warning"),
        ("duty fulfilled", "Close", "Resolved", "Pass"),
        ("duty overdue", "Update", "New", "Fail"),
        ("duty fulfilled late", "Close", "Resolved", "Fail"),
        ("finding remedied", "Close", "Resolved", "Fail"),
        ("advisory", "Create", "New", "Warning"),
        ("quality without a person", "Create", "New", "Unknown"),
    ],
)
def test_the_life_in_the_terms_of_ocsf(
    life: str, activity: str, status: str, compliance: str
) -> None:
    made = event(LIVES[life], OcsfVersion.V1_8, OcsfClass.COMPLIANCE)
    assert (made["activity_name"], made["status"]) == (activity, status)
    assert made["compliance"]["status"] == compliance


def test_times() -> None:
    one = LIVES["finding revised"]
    made = event(one, OcsfVersion.V1_8, OcsfClass.COMPLIANCE)
    assert made["time"] == one.detected_at == made["finding_info"]["modified_time"]
    assert made["start_time"] == made["end_time"] == made["finding_info"]["first_seen_time"]
    assert made["start_time"] != made["time"]
    assert made["metadata"]["original_time"] == "2026-09-01T12:00:00.000Z"
    assert "created_time" not in made["finding_info"]


def test_a_finding_without_a_person() -> None:
    for kind in OcsfClass:
        made = event(LIVES["quality without a person"], OcsfVersion.V1_8, kind)
        assert not {"resources", "observables", "start_time", "dst_endpoint"} & set(made)
        assert "tenant_uid" not in made["metadata"]


def test_statutes_are_recognised() -> None:
    cited = {c.text.partition(" ")[0] for code in CODES.values() for c in code.citations}
    assert set(STANDARDS) <= cited
    # The rest is no statute.
    assert {word for word in cited - set(STANDARDS) if not word.startswith("C-")} == {
        "AP",
        "CNIL",
        "EDPB",
        "Rb.",
        "pending",
    }


def test_terms_of_dpv_are_for_what_there_is() -> None:
    assert set(dpv.CONSENT_STATUS) <= set(CODES)
    assert set(dpv.LEGAL_BASES) <= set(LegalBasis)
    assert set(LegalBasis) - set(dpv.LEGAL_BASES) == {LegalBasis.SOFT_OPT_IN, LegalBasis.NONE}
