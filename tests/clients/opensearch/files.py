"""OpenSearch with the modules that its tests need: `python -m tests.clients.opensearch.files`."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tests.clients.maven import PinnedFiles

OPENSEARCH: Final = PinnedFiles(
    name="opensearch",
    title="OpenSearch",
    listed=Path(__file__).with_name("files.txt"),
    megabytes=51,
    required="CONSENTRY_REQUIRE_RECEIVERS",
)

if __name__ == "__main__":
    OPENSEARCH.fetch()
