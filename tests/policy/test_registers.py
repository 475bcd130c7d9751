"""The registers of P22: inline, CSV and JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from streams.core.instants import EARLIEST, parse_instant
from streams.core.policy import UNDATED_ADEQUACY, RecipientEntry, Registers
from streams.core.policy.registers import DEFAULT_ADEQUACY
from streams.core.vocabulary import Purpose, RecipientRole, TransferMechanism
from streams.errors import ConsentryError
from streams.policy_file import load_policy, policy_from_text

ENTRIES = [
    {"recipient_id": "ACME", "role": "PROCESSOR", "country": "US", "own_use": False,
     "transfer_mechanism": "DPF", "processing_agreement_ref": "dpa-1"},
    {"recipient_id": "ACME", "valid_from": "2026-07-01T00:00:00+02:00", "role": "THIRD_PARTY"},
]  # fmt: skip
EXPECTED = (
    RecipientEntry(
        recipient_id="ACME",  # type: ignore[arg-type]  # a NewType of str
        role=RecipientRole.PROCESSOR,
        country="US",
        own_use=False,
        transfer_mechanism=TransferMechanism.DPF,
        processing_agreement_ref="dpa-1",
    ),
    RecipientEntry(
        recipient_id="ACME",  # type: ignore[arg-type]  # a NewType of str
        valid_from=parse_instant("2026-06-30T22:00:00Z"),
        role=RecipientRole.THIRD_PARTY,
    ),
)
INLINE = """
[[registers.recipients]]
recipient_id = "ACME"
role = "PROCESSOR"
country = "US"
own_use = false
transfer_mechanism = "DPF"
processing_agreement_ref = "dpa-1"
[[registers.recipients]]
recipient_id = "ACME"
valid_from = 2026-07-01T00:00:00+02:00
role = "THIRD_PARTY"
"""
CSV = """recipient_id;valid_from;role;country;own_use;transfer_mechanism;processing_agreement_ref
ACME;;PROCESSOR;US;no;DPF;dpa-1

ACME;2026-07-01T00:00:00+02:00;THIRD_PARTY
"""


def registers_of(
    tmp_path: Path, name: str, content: str, register: str = "recipients"
) -> Registers:
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / name).write_text(content)
    policy = tmp_path / "policy.toml"
    policy.write_text(f'[registers]\n{register} = "lists/{name}"\n')
    return load_policy(policy).registers


def test_inline() -> None:
    assert policy_from_text(INLINE).registers.recipients == EXPECTED


def test_json_beside_the_policy_file(tmp_path: Path) -> None:
    assert registers_of(tmp_path, "r.json", json.dumps(ENTRIES)).recipients == EXPECTED


@pytest.mark.parametrize("content", [CSV, CSV.replace(";", ","), "\ufeff" + CSV])
def test_csv_beside_the_policy_file(tmp_path: Path, content: str) -> None:
    assert registers_of(tmp_path, "r.csv", content).recipients == EXPECTED


def test_registers_that_are_not_named_keep_their_default() -> None:
    registers = policy_from_text(INLINE).registers
    assert registers.notices == ()
    assert registers.adequacy == DEFAULT_ADEQUACY


def test_lists_in_a_csv_cell(tmp_path: Path) -> None:
    content = (
        "notice_version,purposes,recipient_ids,right_to_withdraw\n"
        "v3,OWN_DIRECT_MARKETING|THIRD_PARTY_OFFERS,ACME BETA,true\n"
    )
    (notice,) = registers_of(tmp_path, "n.csv", content, "notices").notices
    assert notice.purposes == (Purpose.OWN_DIRECT_MARKETING, Purpose.THIRD_PARTY_OFFERS)
    assert notice.recipient_ids == ("ACME", "BETA")
    assert notice.valid_from == EARLIEST


def test_adequacy_replaces_the_list() -> None:
    text = "".join(
        f'[[registers.adequacy]]\ncountry = "{entry.country}"\n'
        + (f'mechanism = "{entry.mechanism}"\n' if entry.mechanism else "")
        for entry in UNDATED_ADEQUACY
    )
    assert policy_from_text(text).registers.adequacy == UNDATED_ADEQUACY


def problems_of(text: str, folder: Path | None = None) -> list[str]:
    with pytest.raises(ConsentryError) as raised:
        policy_from_text(text, name="p.toml", folder=folder)
    return [line.strip() for line in raised.value.problem.splitlines()[1:]]


def test_faults_inline_are_reported_with_their_lines() -> None:
    text = INLINE.replace('role = "PROCESSOR"', 'rol = "PROCESSOR"').replace(
        'country = "US"', 'country = "us"'
    )
    text += '[[registers.recipients]]\nrole = "CHIEF"\n[[registers.recipient]]\nx = 1\n'
    found = problems_of(text)
    assert found[0].startswith("p.toml:4: registers.recipients[1].rol: there is no such key")
    assert found[1].startswith('p.toml:5: registers.recipients[1].country is "us": allowed: a ')
    assert found[2].startswith('p.toml:14: registers.recipients[3].role is "CHIEF": allowed: ')
    assert found[3] == "p.toml:13: registers.recipients[3]: recipient_id is missing"
    assert found[4].startswith("p.toml:15: registers.recipient: there is no such register; did ")
    assert len(found) == 5


def test_faults_in_a_csv_file_are_reported_with_its_lines(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text(
        CSV.replace("THIRD_PARTY", "THIRDPARTY").replace("own_use", "own") + "A;;;;;;;;;9\n"
    )
    found = problems_of('[registers]\nrecipients = "r.csv"\n', tmp_path)
    file = tmp_path / "r.csv"
    assert found == [
        f"{file}:5: 10 cells under a header of 7",
        (
            f"{file}:2: own: there is no such key; did you mean own_use?; allowed: recipient_id, "
            "valid_from, role, legal_entity, kind, category, country, own_use, "
            "processing_agreement_ref, arrangement_ref, transfer_mechanism"
        ),
        (
            f'{file}:4: role is "THIRDPARTY": allowed: one of THIRD_PARTY, JOINT_CONTROLLER, '
            "PROCESSOR, OWN_CONTROLLER, UNKNOWN; did you mean THIRD_PARTY?"
        ),
    ]


def test_two_entries_from_one_instant_are_refused() -> None:
    twice = '[[registers.notices]]\nnotice_version = "v1"\n' * 2
    (found,) = problems_of(twice)
    assert found.startswith('p.toml:4: registers.notices[2].notice_version is "v1": an earlier')


def test_files_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('[\n{"recipient_id": }]')
    (tmp_path / "b.json").write_text('{"recipient_id": "ACME"}')
    (tmp_path / "c.xlsx").write_text("")

    def problem_of(name: str) -> str:
        return problems_of(f'[registers]\nrecipients = "{name}"', tmp_path)[0]

    assert problem_of("a.json").endswith("a.json:2: not JSON that can be read")
    assert problem_of("b.json").endswith("b.json: allowed: a JSON array of entries")
    assert problem_of("c.xlsx").endswith("allowed: the path of a .csv or .json file")
    assert "cannot be read: No such file" in problem_of("none.csv")


def test_an_adequacy_decision_ends_after_it_begins() -> None:
    text = (
        '[[registers.adequacy]]\ncountry = "GB"\nvalid_from = 2026-01-01T00:00:00Z\n'
        "valid_until = 2026-01-01T00:00:00Z\n"
    )
    assert "must be later than valid_from" in problems_of(text)[0]


@pytest.mark.parametrize(
    ("entry", "word"),
    [
        ('recipient_id = "A "', "blank"),
        ('recipient_id = "A\\u200b"', "format"),
        ('recipient_id = "A"\ncategory = "RETAIL "', "blank"),
        ('recipient_id = "A"\nkind = "social_media"', "write SOCIAL_MEDIA"),
        ('recipient_id = "A"\ncountry = "UK"', "write GB"),
        ('recipient_id = "A"\ncountry = "NLD"', "write NL"),
        ('recipient_id = "A"\ncountry = "nl"', "write NL"),
    ],
)
def test_registers_are_written_as_events_are(entry: str, word: str) -> None:
    (problem,) = problems_of(f"[[registers.recipients]]\n{entry}\n")
    assert word in problem


def test_lists_of_notices_are_written_as_events_are() -> None:
    text = '[[registers.notices]]\nnotice_version = "v1"\n'
    (problem,) = problems_of(text + 'recipient_ids = ["A", "B "]\n')
    assert "blank" in problem


def test_what_is_null_in_a_register_is_not_stated(tmp_path: Path) -> None:
    (tmp_path / "r.json").write_text('[{"recipient_id": "A", "role": null, "country": null}]')
    policy = policy_from_text('[registers]\nrecipients = "r.json"\n', folder=tmp_path)
    (entry,) = policy.registers.recipients
    assert (entry.role, entry.country) == (None, None)
    (tmp_path / "r.json").write_text('[{"recipient_id": null}]')
    assert "is missing" in problems_of('[registers]\nrecipients = "r.json"\n', tmp_path)[0]
