"""Make a sample: deal stories to subjects, write them, disturb, and sort by arrival."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from math import ceil
from random import Random

import msgspec

from streams.core.codes import CODES
from streams.core.instants import Duration, Instant
from streams.dev.samples.background import live_beside
from streams.dev.samples.bad import BadRecords
from streams.dev.samples.catalogue import BLOCK, BY_OPTION, DECK
from streams.dev.samples.disturb import Disturber
from streams.dev.samples.options import SampleOptions
from streams.dev.samples.records import Sample, SampleRecord, topic_of
from streams.dev.samples.scribe import Scribe
from streams.dev.samples.story import Story
from streams.dev.samples.truth import ExpectedDuty, ExpectedFinding, Truth


def make_sample(options: SampleOptions, progress: Callable[[int], None] = lambda _: None) -> Sample:
    """The sample of `options`, in memory (about 7 kB per subject).

    `progress` gets the number of subjects done, now and then. Raises ConsentryError
    for options that no sample can be made from.
    """
    options.checked()
    records: list[SampleRecord] = []
    findings: list[ExpectedFinding] = []
    duties: list[ExpectedDuty] = []
    stories: Counter[str] = Counter()
    subjects: list[str] = []
    dealt: list[Story] = []
    for index in range(options.subjects):
        if index % BLOCK == 0:
            progress(index)
            dealt = _dealt(options.seed, index // BLOCK)
        story = dealt[index % BLOCK]
        scribe = Scribe(seed=options.seed, index=index, until=options.until, story=story.name)
        story.write(scribe)
        live_beside(scribe, story.beside)
        stories[story.name] += 1
        subjects.append(scribe.subject_id)
        findings += scribe.findings
        duties += scribe.duties
        records += _arrivals(scribe)

    good = len(records)
    disturber = Disturber(options)
    conflicts = disturber.conflicts(records)
    late = disturber.disorder(records)
    duplicates = disturber.duplicates(records)
    bad = BadRecords(seed=options.seed, until=options.until)
    bad_count = max(3, ceil(good * options.bad)) if options.bad else 0
    bad_records = list(bad.make(bad_count, subjects))
    records += conflicts + duplicates + bad_records
    # The sort is stable, so equal instants keep the order of the subjects.
    records.sort(key=lambda record: record.arrives_at)

    findings += disturber.findings + bad.findings
    truth = Truth(
        seed=options.seed,
        subjects=options.subjects,
        clock=options.until,
        findings=tuple(findings),
        duties=tuple(duties),
        unaddressed=bad.unaddressed,
        stories=dict(sorted(stories.items())),
        clean_subjects=0,
        records={
            "good": good,
            "late": late,
            "duplicates": len(duplicates),
            "conflicts": len(conflicts),
            "bad": bad_count,
            "all": len(records),
        },
        absent={},
    )
    return Sample(records=records, truth=_completed(truth))


def _dealt(seed: int, block: int) -> list[Story]:
    """The stories of one block of subjects, shuffled."""
    dealt = list(DECK)
    Random(f"{seed}/block/{block}").shuffle(dealt)
    return dealt


def _arrivals(scribe: Scribe) -> list[SampleRecord]:
    """A subject's events as records that arrive soon after they were recorded."""
    return [
        SampleRecord(
            arrives_at=Instant(event.recorded_at + scribe.between(Duration(20), Duration(2_000))),
            topic=topic_of(event),
            subject_id=scribe.subject_id,
            event=event,
        )
        for event in scribe.events
    ]


def _completed(truth: Truth) -> Truth:
    """The truth with its counts: clean subjects, and which codes are absent and why."""
    flawed = {finding.subject_id for finding in truth.standing(truth.clock)}
    held = truth.by_code(truth.clock)
    absent = {
        code: BY_OPTION.get(code, f"fewer subjects than a whole block of {BLOCK} stories")
        for code in CODES
        if not held[code]
    }
    return msgspec.structs.replace(
        truth, clean_subjects=truth.subjects - len(flawed), absent=absent
    )
