"""docs/quickstart-own-bus.md: its commands run in order, and print what the page shows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.quickstart import PAGE, Reader, blocks, change, matches, plain_environment

READY = {"consentry ingest": "ingest.ready", "consentry worker": "worker.ready"}


@pytest.mark.timeout(240)
def test_every_command_of_the_page(kafka: str, unique: str, tmp_path: Path) -> None:
    reader = Reader(
        tmp_path,
        {"localhost:9092": kafka, "crm.consents": f"{unique}.crm.consents",
         "ads.uploads": f"{unique}.ads.uploads"},
        plain_environment(CONSENTRY_TOPIC_PREFIX=f"{unique}."),
    )  # fmt: skip
    printed, shown = "", 0
    try:
        for block in blocks(PAGE):
            if block.kind == "text":
                assert matches(block.text, printed), f"shown:\n{block.text}\nprinted:\n{printed}"
                shown += 1
            elif block.kind == "diff":
                change(tmp_path, block.text)
            elif block.is_service:
                ready = next(line for name, line in READY.items() if block.text.startswith(name))
                reader.start(block.text, ready)
            elif not is_left_out(block.text):
                printed = reader.run(block.text)
    finally:
        codes = reader.stop()
    assert codes == [0, 0]
    assert shown > 5
    maps = [file.read_text() for file in (tmp_path / "maps").rglob("*.toml")]
    assert len(maps) == 4
    assert not re.search("(#|:) DECIDE", "".join(maps))
    assert not re.search("anna|bram|chris", reader.logs())


def is_left_out(commands: str) -> bool:
    """The session has its Kafka (tests/cli/test_broker.py), and the project is installed."""
    return commands == "consentry broker\n" or "pip install" in commands
