"""A sample is what its options say, the same every time, and holds every code."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections import Counter
from typing import Any

import pytest

from streams.core.codes import CODES
from streams.core.instants import Instant, days, parse_instant
from streams.dev.samples import POLICY_FILE, Sample, SampleOptions, make_sample
from streams.dev.samples.catalogue import BLOCK, DECK, STORIES
from streams.dev.samples.retailer import SIMILAR
from streams.errors import ConsentryError
from streams.policy_file import load_policy
from streams.wire.decode import Decoded, Rejected, decode

UNTIL = parse_instant("2026-11-20T12:00:00Z")
EVERY_CODE = 10_000


def options(
    subjects: int = 300, seed: int = 7, until: Instant = UNTIL, **more: Any
) -> SampleOptions:
    return SampleOptions(subjects=subjects, seed=seed, until=until, **more)


def digest(sample: Sample) -> str:
    whole = hashlib.sha256()
    for record in sample.records:
        whole.update(record.topic.encode() + record.key + record.value)
    whole.update(repr(sample.truth).encode())
    return whole.hexdigest()


def test_a_block_deals_every_story_in_its_proportion() -> None:
    assert len(DECK) == BLOCK
    assert len({story.name for story in STORIES}) == len(STORIES)
    assert all(story.each >= 1 for story in STORIES)
    truth = make_sample(options(BLOCK * 2)).truth
    assert truth.stories == {story.name: story.each * 2 for story in STORIES}


def test_equal_options_give_equal_bytes_and_others_do_not() -> None:
    first = digest(make_sample(options()))
    assert digest(make_sample(options())) == first
    assert digest(make_sample(options(seed=8))) != first
    assert digest(make_sample(options(until=Instant(UNTIL + 1)))) != first


@pytest.mark.parametrize("hash_seed", ["1", "2"])
def test_nothing_depends_on_the_process(hash_seed: str) -> None:
    script = (
        "from tests.samples.test_samples import digest, make_sample, options\n"
        "print(digest(make_sample(options())))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == digest(make_sample(options()))


@pytest.mark.parametrize("subjects", [1, 2, 499, 501, 1_777])
def test_any_size(subjects: int) -> None:
    sample = make_sample(options(subjects))
    assert sum(sample.truth.stories.values()) == subjects
    assert sample.truth.records["all"] == len(sample.records)
    assert len({record.subject_id for record in sample.records}) == subjects


@pytest.mark.parametrize(
    "until", ["2024-07-01T00:00:00Z", "2026-09-15T08:00:00Z", "2028-01-01T00:00:00Z"]
)
def test_every_code_occurs_five_times_in_ten_thousand_subjects(until: str) -> None:
    truth = make_sample(options(EVERY_CODE, until=parse_instant(until))).truth
    found = truth.by_code(truth.clock)
    assert set(found) == set(CODES)
    assert {code: count for code, count in found.items() if count < 5} == {}
    assert truth.absent == {}


def test_without_bad_records_and_conflicts_their_codes_are_listed_with_the_reason() -> None:
    truth = make_sample(options(BLOCK, bad=0, conflicts=0)).truth
    assert set(truth.absent) == {
        "UNPROCESSABLE_EVENT",
        "RAW_PERSONAL_DATA_IN_EVENT",
        "FUTURE_TIMESTAMP",
        "EVENT_ID_CONFLICT",
    }
    assert "`bad`" in truth.absent["FUTURE_TIMESTAMP"]
    assert "`conflicts`" in truth.absent["EVENT_ID_CONFLICT"]
    assert set(truth.absent) | {c for c, n in truth.by_code(UNTIL).items() if n} == set(CODES)


def test_most_people_are_in_order() -> None:
    truth = make_sample(options(5_000)).truth
    assert 0.80 <= truth.clean_subjects / truth.subjects <= 0.90


def test_good_records_are_events_and_bad_ones_are_refused_as_the_truth_says() -> None:
    sample = make_sample(options(2_000, bad=0.01))
    refused: Counter[str] = Counter()
    for record in sample.records:
        result = decode(record.value, record.topic)
        assert isinstance(result, Decoded) == (record.event is not None)
        if isinstance(result, Rejected):
            refused[result.dead_letter.code] += 1
    assert refused == sample.truth.unaddressed
    assert min(refused.values()) >= 5


def test_raw_values_of_every_kind_are_among_the_bad_records() -> None:
    sample = make_sample(options(2_000, bad=0.01))
    bad = [record for record in sample.records if record.event is None]
    reasons = {
        result.dead_letter.reason.partition(" holds ")[2].partition(";")[0]
        for record in bad
        if isinstance(result := decode(record.value, record.topic), Rejected)
    } - {""}
    assert len(reasons) == 5


def test_times_are_possible() -> None:
    sample = make_sample(options(1_000, conflicts=0))
    future = {f.event_id for f in sample.truth.findings if f.code == "FUTURE_TIMESTAMP"}
    for record in sample.records:
        event = record.event
        if event is None or event.event_id in future:
            continue
        assert event.occurred_at <= event.recorded_at <= UNTIL
        assert event.occurred_at > UNTIL - days(5 * 365)


def test_the_options_disturb_as_much_as_they_say() -> None:
    calm = make_sample(options(disorder=0, duplicates=0, conflicts=0, bad=0))
    wild = make_sample(options(disorder=0.5, duplicates=0.25, conflicts=0.1, bad=0.05))
    good = calm.truth.records["good"]
    assert calm.truth.records == {
        "good": good, "late": 0, "duplicates": 0, "conflicts": 0, "bad": 0, "all": good,
    }  # fmt: skip
    counts = wild.truth.records
    assert counts["good"] == good
    assert counts["bad"] == pytest.approx(good * 0.05, abs=1)
    assert counts["late"] == pytest.approx(good * 0.5, abs=1)
    assert counts["duplicates"] == pytest.approx(good * 0.25, abs=1)


def test_disorder_changes_the_order_of_arrival_only() -> None:
    calm = make_sample(options(disorder=0, duplicates=0, conflicts=0, bad=0))
    wild = make_sample(options(disorder=0.5, duplicates=0, conflicts=0, bad=0))
    assert [r.value for r in calm.records] != [r.value for r in wild.records]
    assert {r.value for r in calm.records} == {r.value for r in wild.records}
    assert calm.truth.findings == wild.truth.findings
    assert calm.truth.duties == wild.truth.duties


@pytest.mark.parametrize(
    "wrong",
    [{"subjects": 0}, {"until": parse_instant("2024-06-30T23:59:59Z")}, {"bad": 1.5},
     {"duplicates": -0.1}],
)  # fmt: skip
def test_impossible_options_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConsentryError) as refused:
        make_sample(options(**wrong))
    assert refused.value.remedy


def test_the_policy_file_says_what_the_webshop_sells_together() -> None:
    policy = load_policy(POLICY_FILE)
    assert set(map(frozenset, policy.at(UNTIL).similar_products)) == set(map(frozenset, SIMILAR))
