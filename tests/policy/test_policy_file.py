"""The policy file: what it says, and everything that is wrong with it at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from streams.core.instants import EARLIEST, days, hours, parse_instant
from streams.core.law import GDPR_APPLIES
from streams.core.policy import PARAMETERS, Policy, default_policy
from streams.core.policy.settings import LegitimateInterestMode, Sector, UnknownAge
from streams.core.vocabulary import ConsentMethod
from streams.errors import ConsentryError
from streams.policy_file import load_policy, policy_from_text, shown_settings
from streams.policy_file.values import SHAPES

BEFORE = parse_instant("2026-06-30T21:59:59.999Z")
AFTER = parse_instant("2026-07-01T00:00:00+02:00")


def test_an_empty_file_is_the_defaults() -> None:
    policy = policy_from_text("")
    assert policy.at(AFTER) == default_policy().at(AFTER)
    assert policy.digest == default_policy().digest
    assert policy.assess_from == GDPR_APPLIES


def test_every_setting_can_be_given() -> None:
    policy = policy_from_text("""
        version = "all"
        assess_from = 2026-01-01T00:00:00+01:00
        legitimate_interest_mode = "REVIEW"
        named_recipient_required = false
        joint_controller_as_third_party = false
        ad_platform_processor_accepted = true
        telemarketing_customer_exception_sector = "CHARITY"
        reversed_sale_supports_soft_opt_in = true
        indirect_consideration_accepted = true
        similar_products = [["COFFEE", "TEA"], ["A", "B", "C"]]
        soft_opt_in_max_age = "P730D"
        withdrawal_grace = "PT1H"
        grant_at_same_instant_valid = false
        refusal_blocks_soft_opt_in = false
        notify_deadline = "P1DT30M"
        final_after = "P2W"
        max_recording_delay = {BUTTON = "PT90S"}
        unknown_age = "UNDER_16"
        unknown_recipient_role = "PROCESSOR"
        retention = "P3650D"
        allow_basis_fallback = false
        phone_consent_needs_verified_number = true
        arrival_grace = "P45D"
    """)
    assert set(policy.entries) == {parameter.name for parameter in PARAMETERS} == set(SHAPES)
    settings = policy.at(AFTER)
    for parameter in PARAMETERS:
        assert getattr(settings, parameter.name) != parameter.default, parameter.name
    assert settings.legitimate_interest_mode is LegitimateInterestMode.REVIEW
    assert settings.telemarketing_customer_exception_sector is Sector.CHARITY
    assert settings.unknown_age is UnknownAge.UNDER_16
    assert settings.similar("A", "C")
    assert settings.notify_deadline == days(1) + 30 * 60_000
    assert settings.final_after == days(14)
    assert settings.max_recording_delay[ConsentMethod.BUTTON] == 90_000
    assert settings.max_recording_delay[ConsentMethod.ORAL_RECORDED] == days(7)
    assert policy.assess_from == parse_instant("2025-12-31T23:00:00Z")
    assert policy.version.startswith("all+")


@pytest.mark.parametrize(
    "text",
    [
        (
            'notify_deadline = [{value = "PT24H"}, '
            '{from = 2026-07-01T00:00:00+02:00, value = "PT48H"}]'
        ),
        (
            '[[notify_deadline]]\nvalue = "PT24H"\n'
            '[[notify_deadline]]\nfrom = "2026-07-01T00:00:00+02:00"\nvalue = "PT48H"'
        ),
    ],
)
def test_dated_entries_hold_from_their_instant(text: str) -> None:
    policy = policy_from_text(text)
    assert policy.at(EARLIEST).notify_deadline == hours(24)
    assert policy.at(BEFORE).notify_deadline == hours(24)
    assert policy.at(AFTER).notify_deadline == hours(48)


def test_before_a_first_entry_with_an_instant_the_default_holds() -> None:
    policy = policy_from_text(
        'notify_deadline = [{from = 2026-07-01T00:00:00+02:00, value = "PT48H"}]'
    )
    assert policy.at(BEFORE).notify_deadline == hours(72)
    assert policy.at(AFTER).notify_deadline == hours(48)


def test_an_entry_for_the_future_leaves_the_past_as_it_was() -> None:
    one = policy_from_text("")
    future = policy_from_text(
        'notify_deadline = [{from = 2026-07-01T00:00:00+02:00, value = "PT48H"}]'
    )
    assert future.past_digest(BEFORE) == one.past_digest(BEFORE)
    assert future.past_digest(AFTER) != one.past_digest(AFTER)


WRONG = """
version = "no blanks"
notify_deadlin = "PT1H"
P14 = "PT1H"
soft_opt_in_max_age = "P36M"
final_after = 30
legitimate_interest_mode = "review"
named_recipient_required = "yes"
similar_products = [["COFFEE"]]
unknown_recipient_role = "OWN_CONTROLLER"
assess_from = 2026-01-01
withdrawal_grace = [
  {from = 2026-01-01T00:00:00, value = "PT1H"},
  {from = 2026-02-01T00:00:00Z, value = "1h"},
  {from = 2026-02-01T00:00:00Z, value = "PT1H"},
  {value = "PT1H"},
]
protection_required = true
P19 = "on"
[max_recording_delay]
BUTON = "PT1H"
retention = "P1D"
"""


def test_everything_that_is_wrong_is_reported_at_once_with_its_line() -> None:
    with pytest.raises(ConsentryError) as raised:
        policy_from_text(WRONG, name="my.toml")
    head, *lines = raised.value.problem.splitlines()
    assert head == f"the policy has {len(lines)} problems:"
    expected = [
        (2, "version", '"no blanks"', "1 to 40 letters"),
        (3, "notify_deadlin", "", "did you mean notify_deadline?"),
        (4, "P14", "", "the name of P14 is notify_deadline"),
        (5, "soft_opt_in_max_age", '"P36M"', "no fixed length"),
        (6, "final_after", "30", "ISO 8601"),
        (7, "legitimate_interest_mode", '"review"', "did you mean REVIEW?"),
        (8, "named_recipient_required", '"yes"', "true or false"),
        (9, "similar_products[1]", "['COFFEE']", "groups of two or more"),
        (10, "unknown_recipient_role", '"OWN_CONTROLLER"', "THIRD_PARTY"),
        (11, "assess_from", "2026-01-01", "an instant with an offset"),
        (13, "withdrawal_grace[1].from", "2026-01-01T00:00:00", "an instant with an offset"),
        (14, "withdrawal_grace[2].value", '"1h"', "ISO 8601"),
        (15, "withdrawal_grace[3].from", "2026-02-01T00:00:00+00:00", "the same `from`"),
        (16, "withdrawal_grace[4]", "", "`from` is missing"),
        (18, "protection_required", "true", "P24 is reserved"),
        (19, "P19", '"on"', "P19 is reserved"),
        (21, "max_recording_delay.BUTON", "", "did you mean BUTTON?"),
        (22, "max_recording_delay.retention", "", "must stand above the first [table]"),
    ]
    assert len(lines) == len(expected)
    for line, (number, key, value, words) in zip(lines, expected, strict=True):
        start = f"  my.toml:{number}: {key}"
        assert line.startswith(f"{start} is {value}: " if value else f"{start}: "), line
        assert words in line, line


@pytest.mark.parametrize("name", ["consent_refresh_advice", "P10", "P19", "P23", "P24"])
def test_the_default_of_a_reserved_question_is_accepted(name: str) -> None:
    assert policy_from_text(f"{name} = false").digest == default_policy().digest


def test_what_is_no_toml_is_reported_with_its_line() -> None:
    with pytest.raises(ConsentryError, match=r"^my\.toml:2 is not TOML: "):
        policy_from_text("version = 'a'\nb = = 1\n", name="my.toml")


def test_a_file_that_is_missing_or_no_text(tmp_path: Path) -> None:
    with pytest.raises(ConsentryError, match="No such file"):
        load_policy(tmp_path / "none.toml")
    file = tmp_path / "binary.toml"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConsentryError, match="not UTF-8"):
        load_policy(file)


def test_without_a_version_the_name_of_the_file_is_it(tmp_path: Path) -> None:
    file = tmp_path / "winter.toml"
    file.write_text("")
    assert load_policy(file).version.startswith("winter+")


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [("PT0S", 0), ("PT72H", 259_200_000), ("P1W2DT3H4M5.006S", 788_645_006), ("PT1.5S", 1500)],
)
def test_durations(text: str, milliseconds: int) -> None:
    policy = policy_from_text(f'notify_deadline = "{text}"')
    assert policy.at(AFTER).notify_deadline == milliseconds


@pytest.mark.parametrize("text", ["P", "PT", "P1DT", "72H", "-PT1H", "P1Y", "P1.5D", "P99999D", ""])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ConsentryError, match="notify_deadline"):
        policy_from_text(f'notify_deadline = "{text}"')


def test_what_is_shown_can_be_given_again() -> None:
    shown = {s.name: s.value for s in shown_settings(default_policy(), AFTER)}
    assert shown["max_recording_delay"]["WRITTEN_SIGNED"] == "P30D"
    assert shown["notify_deadline"] == "PT72H"
    lines = [f"{name} = {as_toml(value)}" for name, value in shown.items()]
    assert policy_from_text("\n".join(lines)).at(AFTER) == default_policy().at(AFTER)


def test_shown_is_since_when_and_until_when() -> None:
    policy: Policy = policy_from_text(
        'notify_deadline = [{value = "PT24H"}, {from = 2026-07-01T00:00:00+02:00, value = "PT48H"}]'
    )
    before = next(s for s in shown_settings(policy, BEFORE) if s.number == "P14")
    after = next(s for s in shown_settings(policy, AFTER) if s.number == "P14")
    assert (before.value, before.given, before.since, before.next_from) == (
        "PT24H", True, None, AFTER,
    )  # fmt: skip
    assert (after.value, after.given, after.since, after.next_from) == ("PT48H", True, AFTER, None)
    assert not next(s for s in shown_settings(policy, AFTER) if s.number == "P1").given


def as_toml(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f'{name} = "{text}"' for name, text in value.items()) + "}"
    return str(value).lower() if isinstance(value, bool) else repr(value)
