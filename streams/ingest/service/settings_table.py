"""The table `[ingest]` as it stands in the settings file, with the lines of its keys."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from streams.errors import ConsentryError
from streams.policy_file.lines import key_lines
from streams.policy_file.places import PolicyPlace
from streams.settings.load import toml_and_text

TABLE: Final = "ingest"
REMEDY: Final = "docs/ingest.md describes the table [ingest] of the settings file."


def ingest_table(file: Path | None) -> tuple[object, PolicyPlace]:
    """What the file holds there, and where. Raises ConsentryError where it cannot be read."""
    if file is None:
        raise ConsentryError(
            "no settings file is named, and the sources stand in one",
            f"Name it with --config or CONSENTRY_CONFIG. {REMEDY}",
        )
    document, text = toml_and_text(file)
    return document.get(TABLE), PolicyPlace(str(file), lines=key_lines(text)).child(TABLE)
