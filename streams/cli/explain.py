"""`consentry explain`: a code of the catalogue, or one finding with its history."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from streams.cli.explain_code import explain_code, find_code, list_codes
from streams.cli.explain_finding import explain_finding, is_id
from streams.cli.options import Brokers, Config, Json


def register(app: typer.Typer) -> None:
    """Add `explain`."""
    app.command("explain", epilog=_EXAMPLES)(explain)


_EXAMPLES = (
    "Examples:  consentry explain NO_CONSENT  |  consentry explain M20 --json  |  "
    "consentry explain --list  |  consentry explain VIOLATION_ID --input findings.jsonl"
)


def explain(
    what: Annotated[
        str | None,
        typer.Argument(
            metavar="CODE|NUMBER|VIOLATION_ID",
            help="A code (NO_CONSENT), its number (S07), or the id of a finding.",
            show_default=False,
        ),
    ] = None,
    listed: Annotated[bool, typer.Option("--list", help="List all codes.")] = False,
    source: Annotated[
        Path | None,
        typer.Option(
            "--input",
            "-i",
            metavar="FILE",
            help="Look the finding up in a file of `consentry check --format jsonl`.",
            show_default=False,
        ),
    ] = None,
    brokers: Brokers = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Explain a code: meaning, weight, articles and what to do, in English and Dutch.

    With the id of a finding: what was found and how it was revised, from --input, or
    from the violations topic.
    """
    from streams.errors import ConsentryError

    if listed:
        list_codes(as_json=as_json)
        return
    if what is None:
        raise ConsentryError("nothing to explain was named", "Name a code, or use --list.")
    code = find_code(what)
    if code is not None:
        explain_code(code, as_json=as_json)
    elif is_id(what):
        explain_finding(what.lower(), source, brokers, config, as_json=as_json)
    else:
        from difflib import get_close_matches

        from streams.core.codes import CODES

        near = get_close_matches(what.upper(), CODES, n=1, cutoff=0.5)
        meant = f"Did you mean {near[0]}? " if near else ""
        raise ConsentryError(
            f"{what!r} is no code, no number of a code and no id of a finding",
            f"{meant}`consentry explain --list` lists all codes.",
        )
