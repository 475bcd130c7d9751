"""A sample on disk: every form holds the same events, and the offline check finds the truth."""

from __future__ import annotations

from pathlib import Path

import pytest

from streams.check.engine import judged
from streams.check.gather import gather
from streams.core.findings import Duty
from streams.core.instants import parse_instant
from streams.dev.samples import (
    POLICY_FILE,
    Form,
    SampleOptions,
    make_sample,
    read_truth,
    sample_files,
    write_sample,
)
from streams.dev.scoring import score
from streams.errors import ConsentryError
from streams.files.find import find_inputs
from streams.files.read import read_events
from streams.policy_file import load_policy

UNTIL = parse_instant("2026-11-20T12:00:00Z")


@pytest.mark.parametrize("form", list(Form))
def test_the_offline_check_finds_the_truth_in_every_form(form: Form, tmp_path: Path) -> None:
    sample = make_sample(SampleOptions(subjects=500, seed=3, until=UNTIL))
    written, published = write_sample(sample, tmp_path, form)
    assert sorted(written) == sorted(tmp_path.iterdir()) == sorted(sample_files(tmp_path))
    truth = read_truth(tmp_path / "truth.json")
    assert truth == published

    policy = load_policy(tmp_path / "policy.toml")
    gathered = gather(read_events(find_inputs([str(tmp_path)]).files), policy, UNTIL)
    assert gathered.read == truth.records["all"]
    findings = list(gathered.findings.in_order())
    duties: list[Duty] = []
    for subject in judged(gathered, policy, UNTIL):
        findings += subject.findings
        duties += subject.duties
    result = score(truth, findings, duties, UNTIL)
    assert (result.missing, result.extra) == ((), ())


def test_equal_options_write_equal_files(tmp_path: Path) -> None:
    for form in Form:
        for name in ("one", "two"):
            sample = make_sample(SampleOptions(subjects=60, seed=3, until=UNTIL))
            write_sample(sample, tmp_path / name / form, form)
        one, two = (sorted((tmp_path / name / form).iterdir()) for name in ("one", "two"))
        assert [f.name for f in one] == [f.name for f in two]
        assert [f.read_bytes() for f in one] == [f.read_bytes() for f in two]


def test_avro_leaves_out_what_no_schema_can_hold_and_says_so(tmp_path: Path) -> None:
    sample = make_sample(SampleOptions(subjects=500, seed=3, until=UNTIL))
    _, truth = write_sample(sample, tmp_path, Form.AVRO)
    assert "UNPROCESSABLE_EVENT" in sample.truth.unaddressed
    assert "UNPROCESSABLE_EVENT" not in truth.unaddressed
    assert "Avro" in truth.absent["UNPROCESSABLE_EVENT"]
    assert truth.unaddressed["RAW_PERSONAL_DATA_IN_EVENT"] > 0


def test_the_policy_goes_with_it(tmp_path: Path) -> None:
    sample = make_sample(SampleOptions(subjects=5, seed=3, until=UNTIL))
    write_sample(sample, tmp_path, Form.JSONL)
    assert (tmp_path / "policy.toml").read_bytes() == POLICY_FILE.read_bytes()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"form": "consentry-truth-1"}', "no json"])
def test_what_is_no_truth_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "truth.json"
    path.write_text(text)
    with pytest.raises(ConsentryError, match="not the truth"):
        read_truth(path)


def test_a_missing_truth_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConsentryError, match="No such file"):
        read_truth(tmp_path / "truth.json")


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    sample = make_sample(SampleOptions(subjects=1, seed=3, until=UNTIL))
    with pytest.raises(ConsentryError) as refused:
        write_sample(sample, tmp_path / "taken", Form.JSONL)
    assert "taken" in refused.value.problem
