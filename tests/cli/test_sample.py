"""`consentry sample`: what it writes, says and refuses."""

from __future__ import annotations

import inspect
import json
from pathlib import Path

import msgspec
import pytest

from streams.cli.main import main
from streams.cli.sample import sample
from streams.core.codes import CODES
from streams.dev.samples import SampleOptions, read_truth


def test_the_defaults_are_those_of_the_library() -> None:
    library = {field.name: field.default for field in msgspec.structs.fields(SampleOptions)}
    for name, parameter in inspect.signature(sample).parameters.items():
        if name in library and name not in ("subjects", "seed", "until"):
            assert parameter.default == library[name]


UNTIL = ["--until", "2026-11-20T12:00:00Z"]


def test_a_sample_and_what_it_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "made" / "here"
    assert main(["sample", "--output", str(folder), "--subjects", "500", *UNTIL]) == 0
    said = capsys.readouterr().out
    truth = read_truth(folder / "truth.json")
    lines = (folder / "stream.jsonl").read_bytes().splitlines()
    assert truth.records["all"] == len(lines)
    assert f"{len(lines)} records of 500 people" in said
    assert f"of {len(CODES)} codes must be found" in said
    assert str(folder / "policy.toml") in said


def test_json_for_programs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--subjects", "20", "--bad", "0", "--format", "avro", "--json", *UNTIL]
    assert main(["sample", "--output", str(tmp_path), *options]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["clock"] == "2026-11-20T12:00:00.000Z"
    assert len(answer["files"]) == 7
    assert all(Path(file).is_file() for file in answer["files"])
    assert answer["records"]["bad"] == 0
    assert "`bad`" in answer["absent"]["FUTURE_TIMESTAMP"]


def test_without_until_it_ends_now_on_a_whole_second(tmp_path: Path) -> None:
    assert main(["sample", "--output", str(tmp_path), "--subjects", "1"]) == 0
    assert read_truth(tmp_path / "truth.json").clock % 1000 == 0


def test_nothing_is_replaced_unasked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["sample", "--output", str(tmp_path), "--subjects", "10", *UNTIL]
    assert main(command) == 0
    before = (tmp_path / "stream.jsonl").read_bytes()
    assert main([*command, "--seed", "2"]) == 2
    assert "--force" in capsys.readouterr().err
    assert (tmp_path / "stream.jsonl").read_bytes() == before

    assert main([*command, "--seed", "2", "--force", "--format", "jsonl.gz"]) == 0
    assert not (tmp_path / "stream.jsonl").exists()
    assert (tmp_path / "stream.jsonl.gz").exists()


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        (["--format", "csv"], "csv"),
        (["--until", "yesterday"], "--until"),
        (["--until", "2020-01-01T00:00:00Z"], "2024-07-01"),
        (["--until", "9999-12-31T00:00:00Z"], "calendar"),
        (["--subjects", "0"], "subjects"),
        (["--bad", "2"], "bad"),
    ],
)
def test_what_cannot_be_made_is_refused(
    wrong: list[str], named: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sample", "--output", str(tmp_path / "s"), *wrong]) == 2
    said = capsys.readouterr().err
    assert named in said
    assert "Traceback" not in said
    assert not (tmp_path / "s").exists()
