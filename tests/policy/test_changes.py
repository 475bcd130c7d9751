"""What one policy says otherwise than another."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from streams.core.policy import Policy, default_policy
from streams.policy_file import load_policy, policy_from_text
from streams.policy_file.changes import DatedText, PolicyChanges, RowChange, policy_changes

DEFAULT = default_policy()


def changes(before: str, after: str) -> PolicyChanges:
    """Of two texts under one label."""
    return policy_changes(policy_from_text(before), policy_from_text(after))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "# a comment\n"),
        ("", 'notify_deadline = "PT72H"\n'),
        (
            'notify_deadline = "PT24H"\n',
            (
                '[[notify_deadline]]\nvalue = "PT24H"\n[[notify_deadline]]\n'
                'from = 2020-01-01T00:00:00Z\nvalue = "P1D"\n'
            ),
        ),
    ],
)
def test_what_says_the_same(before: str, after: str) -> None:
    assert changes(before, after).nothing


def test_a_setting_with_old_and_new_value_dated_ones_too() -> None:
    dated = '[[notify_deadline]]\nvalue = "PT72H"\n[[notify_deadline]]\nfrom = 2027-01-01T00:00:00+01:00\nvalue = "PT48H"\n'
    [one] = changes("", dated).settings
    assert (one.number, one.name) == ("P14", "notify_deadline")
    assert one.before == (DatedText(None, "PT72H"),)
    assert one.after == (DatedText(None, "PT72H"), DatedText("2026-12-31T23:00:00.000Z", "PT48H"))
    [back] = changes(dated, "named_recipient_required = false\n").settings[1:]
    assert (back.before, back.after) == (one.after, one.before)


def test_groups_delays_and_the_beginning_of_assessment() -> None:
    found = changes(
        "",
        'similar_products = [["A", "B"]]\nmax_recording_delay = "PT1H"\nassess_from = 2026-01-01T00:00:00Z\n',
    )
    values = {one.name: one.after[0].value for one in found.settings}
    assert values["similar_products"] == [["A", "B"]]
    assert set(values["max_recording_delay"].values()) == {"PT1H"}
    assert values["assess_from"] == "2026-01-01T00:00:00.000Z"


def test_the_version_alone() -> None:
    found = changes('version = "1"\n', 'version = "2"\n')
    assert found.version == ("1", "2")
    assert not found.settings


def with_rows(folder: Path, *rows: str) -> Policy:
    (folder / "r.csv").write_text("recipient_id,valid_from,role,country\n" + "\n".join(rows) + "\n")
    file = folder / "office.toml"
    file.write_text('[registers]\nrecipients = "r.csv"\n')
    return load_policy(file)


def test_rows_of_a_register_that_are_added_removed_and_changed(tmp_path: Path) -> None:
    before = with_rows(tmp_path, "META,,THIRD_PARTY,US", "OLD,,PROCESSOR,NL", "KEPT,,,")
    after = with_rows(
        tmp_path, "KEPT,,,", "META,,THIRD_PARTY,IE", "TIKTOK,2026-12-01T00:00:00Z,PROCESSOR,"
    )
    assert policy_changes(before, after).rows == (
        RowChange(
            register="recipients",
            row="META",
            valid_from=None,
            before={"country": "US"},
            after={"country": "IE"},
        ),
        RowChange(
            register="recipients",
            row="OLD",
            valid_from=None,
            before={"role": "PROCESSOR", "country": "NL"},
            after=None,
        ),
        RowChange(
            register="recipients",
            row="TIKTOK",
            valid_from="2026-12-01T00:00:00.000Z",
            before=None,
            after={"role": "PROCESSOR"},
        ),
    )
    assert not policy_changes(before, before).rows


def test_a_decision_of_adequacy_that_ends(tmp_path: Path) -> None:
    own = '[[registers.adequacy]]\ncountry = "JP"\n{}'
    found = changes(own.format(""), own.format("valid_until = 2027-01-01T00:00:00Z\n"))
    [row] = found.rows
    assert (row.before, row.after) == (
        {"valid_until": None},
        {"valid_until": "2027-01-01T00:00:00.000Z"},
    )
    assert msgspec.json.encode(found)
