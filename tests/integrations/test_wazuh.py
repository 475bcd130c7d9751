"""Wazuh's rules name fields and values that the flat form has."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree as ET

from streams.core.vocabulary import Severity
from streams.siem.flat import flat
from streams.siem.severity import WEIGHTS
from tests.siem.goldens import PRODUCER
from tests.siem.lives import finding_life, label_only, lives

FILE = Path(__file__).parents[2] / "integrations" / "wazuh" / "consentry_rules.xml"
RULES = ET.parse(FILE).getroot().findall("rule")  # noqa: S314 - our own file
WRITTEN = {name for one in lives().values() for name in flat(one, PRODUCER)}


def asked(rule: ET.Element) -> set[str]:
    """The fields that a rule names or shows."""
    named = {field.attrib["name"] for field in rule.findall("field")}
    return named | set(re.findall(r"\$\((.*?)\)", rule.findtext("description") or ""))


def test_fields_are_ours() -> None:
    for rule in RULES:
        assert asked(rule) <= WRITTEN


def test_the_check_bites() -> None:
    other = '<rule><field name="consentry.kode">x</field><description>$(y)</description></rule>'
    assert asked(ET.fromstring(other)) == {"consentry.kode", "y"}  # noqa: S314 - our own
    assert not asked(ET.fromstring(other)) <= WRITTEN  # noqa: S314 - our own


def test_every_level_but_info_has_a_rule_of_its_own() -> None:
    asked = {
        (field.text or "").strip("^$"): int(rule.attrib["level"])
        for rule in RULES
        for field in rule.findall("field")
        if field.attrib["name"] == "consentry.level"
    }
    assert set(asked) == {WEIGHTS[severity].level for severity in Severity} - {"info"}
    assert asked["low"] < asked["medium"] < asked["high"] < asked["critical"]


def test_ids_are_for_local_rules_and_parents_exist() -> None:
    ids = [int(rule.attrib["id"]) for rule in RULES]
    assert len(set(ids)) == len(ids)
    assert all(100_000 <= number <= 120_000 for number in ids)
    parents = {int(rule.findtext("if_sid") or ids[0]) for rule in RULES}
    assert parents <= set(ids)


def level(event: dict[str, object]) -> int:
    """The level that an event gets: of the children of a rule, level 0 is tried first, then the highest."""
    [first] = [rule for rule in RULES if rule.find("if_sid") is None]
    matched = first
    while True:
        children = [rule for rule in RULES if rule.findtext("if_sid") == matched.attrib["id"]]
        children.sort(key=lambda rule: (rule.attrib["level"] != "0", -int(rule.attrib["level"])))
        found = next((rule for rule in children if fits(rule, event)), None)
        if found is None:
            return int(matched.attrib["level"])
        matched = found


def fits(rule: ET.Element, event: dict[str, object]) -> bool:
    def text(name: str) -> str:
        value = event.get(name, "")
        return str(value).lower() if isinstance(value, bool) else str(value)

    return all(
        (field.text or "").strip("^$") == text(field.attrib["name"])
        for field in rule.findall("field")
    )


def test_levels_over_the_life_of_a_finding() -> None:
    opened, _, closed, again = (flat(one, PRODUCER) for one in finding_life())
    assert (level(opened), level(closed), level(again)) == (12, 3, 15)
    assert [level(flat(one, PRODUCER)) for one in label_only()] == [12, 0]


def test_the_file_is_followed_as_json() -> None:
    snippet = ET.parse(FILE.with_name("ossec-localfile.xml")).getroot()  # noqa: S314 - our own
    assert snippet.findtext("log_format") == "json"
    # The file of the example in docs/sinks.md.
    example = (FILE.parents[2] / "docs" / "sinks.md").read_text("utf-8")
    assert f'path = "{snippet.findtext("location")}"' in example
