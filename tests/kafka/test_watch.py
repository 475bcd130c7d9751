"""`consentry watch` on a real Kafka, with ids that speak to a terminal."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest

from streams.check.result import run_check
from streams.core.findings import Finding
from streams.core.policy import default_policy
from streams.files.find import InputFiles
from streams.safe_text import safe
from streams.wire.findings import encode_finding
from tests.kafka.harness import Bus, Sent
from tests.terminal.hostile import CONSENTRY, IDS, in_terminal, unsafe_in, write_shares

LAST = "the-last-of-all"


@pytest.fixture
def findings(tmp_path: Path) -> list[Finding]:
    """One for each hostile text, in every id that it has; one plain last."""
    texts = [*IDS.values(), LAST]
    file = write_shares(tmp_path / "shares.jsonl", ["a"] * len(texts))
    made = run_check(InputFiles([str(file)]), default_policy(), None).findings
    return [
        msgspec.structs.replace(one, event_id=text, recipient_id=text, subject_id=text)
        for one, text in zip(made, texts, strict=False)
    ]


@pytest.fixture
def watch(bus: Bus, findings: list[Finding], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The command line; the findings are on the topic already."""
    topic = bus.names.violations
    sent = [Sent(topic=topic, key=one.violation_id.encode(), value=encode_finding(one)) for one in findings]  # fmt: skip
    bus.send(*sent)
    monkeypatch.setenv("CONSENTRY_TOPIC_PREFIX", bus.settings.topic_prefix)
    return ["watch", "--from-beginning", "--brokers", bus.settings.connection.bootstrap]


def all_seen(shown: str) -> bool:
    return all(safe(text)[:9] in shown for text in (*IDS.values(), LAST))


@pytest.mark.parametrize("columns", [80, 220])
def test_on_a_terminal_ids_are_letters(watch: list[str], columns: int) -> None:
    shown, status = in_terminal(watch, until=all_seen, columns=columns)
    assert status == 0
    assert unsafe_in(shown) == set()
    assert not re.search(r"^(error: forged|2026-01-01)", shown, re.MULTILINE)
    for text in IDS.values():
        assert safe(text)[:9] in shown


def test_as_json_on_a_terminal(watch: list[str]) -> None:
    shown, status = in_terminal(
        [*watch, "--json"], until=lambda seen: seen.count("\n") > len(IDS), columns=5000
    )
    assert status == 0
    assert unsafe_in(shown) == set()
    found = [json.loads(line) for line in shown.splitlines() if line.startswith("{")]
    assert {one["recipient_id"] for one in found} == {*IDS.values(), LAST}


def test_one_finding_explained_from_the_topic(watch: list[str], findings: list[Finding]) -> None:
    for one in findings[::4]:
        arguments = ["explain", one.violation_id, *watch[-2:]]
        shown, status = in_terminal(arguments, columns=3000)
        assert status == 0
        # The bar of what is read moves by carriage returns; no id holds one (legal model 3.2).
        assert unsafe_in(shown) <= {"\r"}
        assert safe(one.event_id) in shown


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_a_reader_that_leaves_ends_it_in_silence(watch: list[str], form: list[str]) -> None:
    program = subprocess.Popen(
        [sys.executable, "-c", CONSENTRY, *watch, *form],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ,
    )
    assert program.stdout is not None
    assert program.stderr is not None
    line = program.stdout.readline().decode()
    assert unsafe_in(line.rstrip("\n")) == set()
    program.stdout.close()
    deadline = time.monotonic() + 30
    # It may have written everything that there was: nothing more comes until it notices.
    while program.poll() is None and time.monotonic() < deadline:
        time.sleep(0.1)
    if program.poll() is None:
        program.terminate()
    said = program.stderr.read().decode()
    program.stderr.close()
    assert "Traceback" not in said
    assert program.wait() == 141
