"""A record stands alone, and is believed only as it was written."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from streams.control.record import WHY_MAX, decode, encode, load
from streams.control.write import require_fits
from streams.core.policy import default_policy
from streams.errors import ConsentryError
from streams.policy_file import DEFAULT_TEXT, PolicyText, load_policy, policy_of, standalone
from tests.policy_log.bus import LATER, SETTINGS, record, text

PLACE = "t.consentry.control, partition 0, offset 4"


def write_policy(folder: Path, rows: int = 1) -> Path:
    """A policy with registers in CSV, JSON and in the file itself."""
    header = "recipient_id,role,valid_from,own_use,country\n"
    lines = "".join(
        f"R-{number:05},PROCESSOR,2020-01-01T00:00:00+01:00,yes,NL\n" for number in range(rows)
    )
    (folder / "r.csv").write_text(header + lines)
    notices = [
        {"notice_version": "v1", "purposes": ["OWN_DIRECT_MARKETING"], "right_to_withdraw": False},
        {"notice_version": "v1", "valid_from": "2026-01-01T00:00:00Z", "defect": ""},
    ]
    (folder / "n.json").write_text(json.dumps(notices))
    policy = folder / "office.toml"
    policy.write_text(
        LATER + '[registers]\nrecipients = "r.csv"\nnotices = "n.json"\n'
        '[[registers.adequacy]]\ncountry = "JP"\nvalid_until = 2030-01-01T00:00:00Z\n'
    )
    return policy


def test_a_policy_comes_back_without_the_files_beside_it(tmp_path: Path) -> None:
    path = write_policy(tmp_path)
    alone = standalone(path)
    before = load_policy(path)
    for file in tmp_path.iterdir():
        file.unlink()
    assert sorted(alone.registers) == ["notices", "recipients"]
    key, value = encode(record(3, alone))
    assert key == b"policy/3"
    read = decode(key, value, PLACE)
    assert read.policy == alone
    after = load(read, PLACE)
    assert (after.digest, after.version) == (before.digest, before.version)
    assert after.registers == before.registers


def test_the_example_with_every_kind_of_entry_comes_back() -> None:
    example = Path(__file__).parents[2] / "docs" / "policy.example.toml"
    assert policy_of(standalone(example), "example").version == load_policy(example).version


def test_the_defaults_are_a_policy_too() -> None:
    assert policy_of(DEFAULT_TEXT, "defaults").version == default_policy().version


def test_registers_that_the_text_does_not_name_or_that_are_missing(tmp_path: Path) -> None:
    alone = standalone(write_policy(tmp_path))
    wrong: list[dict[str, Any]] = [{}, {"recipients": []}, alone.registers | {"adequacy": []}]
    for registers in wrong:
        with pytest.raises(ConsentryError, match=r"policy 9: registers\."):
            policy_of(PolicyText(label="x", text=alone.text, registers=registers), "policy 9")


def broken(change: Callable[[dict[str, Any]], object]) -> bytes:
    document = json.loads(encode(record())[1])
    change(document)
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        (b"policy/1", b"{", "not a record in JSON"),
        (b"policy/1", b"\xff\xfe", "not a record in JSON"),
        (b"policy/1", b'{"format":1,"x":' + b"[" * 100_000, "not a record in JSON"),
        (b"policy/1", None, "policy 1 was deleted"),
        (b"policy/01", encode(record())[1], "the key is not"),
        (None, encode(record())[1], "the key is not"),
        (b"policy/2", encode(record())[1], "sequence is 1, and the key says 2"),
        (b"policy/1", broken(lambda d: d.pop("why")), "why"),
        (b"policy/1", broken(lambda d: d.update(why="")), r"\$\.why"),
        (b"policy/1", broken(lambda d: d.update(sequence="1")), r"\$\.sequence"),
        (b"policy/1", broken(lambda d: d.update(format=2)), "format is 2"),
        (b"policy/1", broken(lambda d: d.update(extra=1)), "extra"),
        (b"policy/1", broken(lambda d: d["policy"].update(extra=1)), r"\$\.policy"),
        (b"policy/1", broken(lambda d: d["policy"].update(text=LATER)), "digest"),
        (b"policy/1", broken(lambda d: d["policy"].update(label="other")), "digest"),
        (b"policy/1", broken(lambda d: d.update(digest="0" * 64)), "digest"),
    ],
)
def test_what_is_no_policy_is_named(key: bytes | None, value: bytes | None, words: str) -> None:
    with pytest.raises(ConsentryError, match=words) as error:
        decode(key, value, PLACE)
    assert PLACE in error.value.problem
    assert "use that release" in error.value.remedy


def test_a_policy_that_this_release_cannot_load_is_named() -> None:
    one = PolicyText(label="later", text="no_such_setting = true\n")
    later = decode(b"policy/1", encode(record(1, text()))[1], PLACE)
    changed = msgspec.structs.replace(later, policy=one)
    with pytest.raises(ConsentryError, match="no_such_setting") as error:
        load(changed, PLACE)
    assert PLACE in error.value.problem
    assert "policy 1:1" in error.value.problem


@pytest.mark.parametrize(
    "changes",
    [{"why": ""}, {"why": "  "}, {"why": "x" * (WHY_MAX + 1)}, {"ticket": ""}, {"who": ""}],
)
def test_a_reason_must_say_something(changes: dict[str, Any]) -> None:
    with pytest.raises(ConsentryError, match=f"{next(iter(changes))}: allowed"):
        record(**changes)


def test_ten_thousand_recipients_fit_and_what_does_not_is_refused(tmp_path: Path) -> None:
    _, value = encode(record(1, standalone(write_policy(tmp_path, 10_000)), version="office"))
    assert len(value) > 1_000_000
    require_fits(SETTINGS, value)
    small = SETTINGS.model_copy(update={"output_max_bytes": len(value) + 1_000})
    with pytest.raises(ConsentryError, match=f"takes {len(value)} bytes as a record") as error:
        require_fits(small, value)
    assert "output_max_bytes" in error.value.remedy
