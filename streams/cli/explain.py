"""`consentry explain`: a code of the catalogue, or what is stored under an id, with its history."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from streams.cli.concerned_person import KeyFile, PseudonymOf, ValueFile, one_pseudonym
from streams.cli.explain_code import explain_code, find_code, list_codes
from streams.cli.options import Brokers, Config, Json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from streams.errors import ConsentryError
    from streams.settings import Settings


def register(app: typer.Typer) -> None:
    """Add `explain`."""
    app.command("explain", epilog=_EXAMPLES)(explain)


_EXAMPLES = (
    "Examples:  consentry explain NO_CONSENT  |  consentry explain M20 --json  |  "
    "consentry explain --list  |  consentry explain ID --input findings.jsonl  |  "
    "consentry explain ID --controller SHOP"
)


def explain(
    what: Annotated[
        str | None,
        typer.Argument(
            metavar="CODE|NUMBER|ID",
            help="A code (NO_CONSENT), its number (S07), or the id of a finding, a duty, an "
            "event or a person (pseudonym).",
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
            help="Look the finding or duty up in a file of `consentry check --format jsonl`.",
            show_default=False,
        ),
    ] = None,
    controller: Annotated[
        str | None,
        typer.Option("--controller", metavar="ID", help="Of this controller only."),
    ] = None,
    subject: Annotated[
        str | None,
        typer.Option("--subject", metavar="PSEUDONYM", help="Of this person only."),
    ] = None,
    pseudonym_of: PseudonymOf = None,
    key_file: KeyFile = None,
    value_file: ValueFile = None,
    kind: Annotated[
        Literal["finding", "duty", "event", "person"] | None,
        typer.Option("--kind", help="What the id is of.", show_default=False),
    ] = None,
    brokers: Brokers = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Explain a code: meaning, weight, articles and what to do, in English and Dutch.

    With an id: the facts that decided it, and each revision with its time, status, reason and
    policy, from the stored rows (the changelog, as the role verifier), or from --input.
    Of whom processing is restricted (GDPR 18) it says since when, and ends with code 3.
    """
    from streams.errors import ConsentryError

    if listed:
        list_codes(as_json=as_json)
        return
    if pseudonym_of is not None and what is None:
        what, kind = one_pseudonym(None, pseudonym_of, key_file, value_file), "person"
    elif pseudonym_of is not None:
        raise ConsentryError(
            "an id and --pseudonym-of were given", "Name what is to be explained by one of them."
        )
    if what is None:
        raise ConsentryError("nothing to explain was named", "Name a code, or use --list.")
    code = find_code(what) if kind is None else None
    if code is not None:
        explain_code(code, as_json=as_json)
    elif source is not None:
        from streams.cli.explain_finding import explain_in_file

        explain_in_file(what.lower(), source, as_json=as_json)
    elif kind is None and _LIKE_A_CODE.fullmatch(what) and _near(what):
        raise _unknown(what, f"Did you mean {_near(what)}? ")
    else:
        _explain_stored(what, controller, subject, kind, brokers, config, as_json=as_json)


_LIKE_A_CODE = re.compile(r"[A-Za-z]+([_-][A-Za-z]+)*|[A-Za-z][0-9]{2}")
"""What is written like a code or its number; no Kafka is asked for one that is misspelt."""


def _near(what: str) -> str | None:
    from difflib import get_close_matches

    from streams.core.codes import CODES

    names = [*CODES, *(entry.number for entry in CODES.values())]
    return next(iter(get_close_matches(what.upper(), names, n=1, cutoff=0.6)), None)


def _unknown(what: str, meant: str = "") -> ConsentryError:
    from streams.errors import ConsentryError

    return ConsentryError(
        f"{what!r} is no code, no number of a code and no id of anything that is stored",
        f"{meant}`consentry explain --list` lists all codes; --kind says that it is an id.",
    )


def _explain_stored(
    what: str, controller: str | None, subject: str | None, kind: str | None,
    brokers: str | None, config: Path | None, *, as_json: bool,
) -> None:  # fmt: skip
    from streams.cli.explain_finding import show_revisions
    from streams.cli.explain_stored import find_stored, known_policies, show_stored
    from streams.cli.lookup import look_up_on_topic
    from streams.cli.options import read_settings
    from streams.cli.restricted import say_restricted
    from streams.errors import ConsentryError
    from streams.subject_access import IdKind
    from streams.subject_access.located import is_address
    from streams.terminal.out import warn

    settings = read_settings(config, brokers)
    wanted = None if kind is None else IdKind(kind)
    policies: dict[str, str] = {}
    found, unread = None, None
    try:
        policy, policies = known_policies(settings)
        found = find_stored(what, settings, policy, controller, subject, wanted)
    except ConsentryError as error:
        # Somebody who may read findings and no facts still sees the finding.
        unread = error
    if found is not None:
        if found.person.stored.restricted_since is not None:
            say_restricted(found.person.stored, as_json=as_json)
        show_stored(found, policies, as_json=as_json)
        return
    # A finding about a record that was set aside is of no person, and stands on its topic alone.
    revisions = (
        look_up_on_topic(what.lower(), settings)
        if is_address(what) and wanted in (None, IdKind.FINDING)
        else []
    )
    if not revisions:
        raise unread or _unknown(what)
    _require_unrestricted(revisions[-1], settings, as_json=as_json)
    if unread is not None:
        warn(f"shown without the facts that decided it: {unread.problem}")
    show_revisions(revisions, as_json=as_json)


def _require_unrestricted(finding: Mapping[str, Any], settings: Settings, *, as_json: bool) -> None:
    """Say of a finding that no row has whether processing of its person is restricted."""
    from streams.cli.restricted import say_restricted
    from streams.core.identifiers import ControllerId, SubjectId
    from streams.errors import ConsentryError
    from streams.subject_access import read_person

    controller, subject = finding.get("controller_id"), finding.get("subject_id")
    if controller and subject:
        try:
            stored = read_person(settings, ControllerId(controller), SubjectId(subject))
        except ConsentryError:
            return  # it has no state yet, or this user may not read it
        if stored.restricted_since is not None:
            say_restricted(stored, as_json=as_json)
