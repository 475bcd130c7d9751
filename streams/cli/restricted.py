"""What is said in the place of facts where processing is restricted (GDPR 18), or of a part."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

import typer

from streams.cli.exit_status import RESTRICTED
from streams.cli.result_file import open_output

if TYPE_CHECKING:
    from streams.subject_access import StoredPerson


IN_WORK: Final = (
    "a record of this person is being judged, or this person is leaving: what is shown is not whole; "
    "ask again in a moment"
)


def restriction_words(stored: StoredPerson) -> str:
    """Since when processing of a person's data is restricted."""
    from streams.core.instants import format_instant

    since = stored.restricted_since
    assert since is not None, "or nobody asks"
    return f"processing is restricted since {format_instant(since)} (GDPR 18)"


def say_restricted(stored: StoredPerson, *, as_json: bool, output: Path | None = None) -> NoReturn:
    """Say that, as a line or as JSON, and end with the code that says so."""
    import json

    text = restriction_words(stored)
    if as_json:
        from streams.core.instants import format_instant

        assert stored.restricted_since is not None
        values = {
            "controller_id": stored.controller_id,
            "subject_id": stored.subject_id,
            "restricted_since": format_instant(stored.restricted_since),
        }
        text = json.dumps(values, ensure_ascii=False)
    with open_output(output) as file:
        file.write(f"{text}\n".encode())
    raise typer.Exit(RESTRICTED)
