"""Sample streams of a made-up Dutch webshop that know their truth.

Stories write events and, beside them, what must be found; no rule is asked. So a run
over a sample can be scored (`streams.dev.scoring`).
"""

from streams.dev.samples.files import POLICY_FILE, Form, sample_files, write_sample
from streams.dev.samples.options import SampleOptions
from streams.dev.samples.records import Sample, SampleRecord
from streams.dev.samples.stream import make_sample
from streams.dev.samples.truth import (
    ExpectedDuty,
    ExpectedFinding,
    Truth,
    read_truth,
    write_truth,
)

__all__ = [
    "POLICY_FILE",
    "ExpectedDuty",
    "ExpectedFinding",
    "Form",
    "Sample",
    "SampleOptions",
    "SampleRecord",
    "Truth",
    "make_sample",
    "read_truth",
    "sample_files",
    "write_sample",
    "write_truth",
]
