"""`consentry person`: all that is stored of one person, and the answer to an access request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from streams.cli.concerned_person import (
    Controller,
    KeyFile,
    PseudonymOf,
    Subject,
    ValueFile,
    one_pseudonym,
    require_pseudonym,
)
from streams.cli.options import Brokers, Config, Output, read_settings
from streams.cli.progress import progress_bar
from streams.cli.restricted import IN_WORK, restriction_words, say_restricted
from streams.cli.result_file import open_output, require_writable
from streams.errors import ConsentryError

if TYPE_CHECKING:
    from streams.subject_access import Person

_EXAMPLES = (
    "Examples:  consentry person --controller SHOP --subject p1-9f...  |  consentry person "
    "--controller SHOP --subject p1-9f... --letter nl --format html --output letter.html"
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="person", epilog=_EXAMPLES)(person)


def person(
    *,
    controller: Controller,
    subject: Subject = None,
    pseudonym_of: PseudonymOf = None,
    key_file: KeyFile = None,
    value_file: ValueFile = None,
    letter: Annotated[
        Literal["nl", "en"] | None,
        typer.Option(
            "--letter",
            help="Write the answer to an access request (GDPR 15(1)(c)): who received the data.",
            show_default=False,
        ),
    ] = None,
    own_request: Annotated[
        bool,
        typer.Option(
            "--own-request",
            help="Write the letter although processing is restricted: the person asked for it.",
        ),
    ] = False,
    form: Annotated[
        Literal["text", "html", "json"],
        typer.Option("--format", help="html is for the letter only."),
    ] = "text",
    output: Output = None,
    brokers: Brokers = None,
    config: Config = None,
) -> None:
    """Show all stored facts of a person with their findings, duties and recipients.

    Reads the changelog, as the role verifier, while workers run; writes nothing to the bus.
    The recipients' legal names are those of the register of the policy in force. Of whom
    processing is restricted (GDPR 18) nothing is shown but since when; the letter that the
    person asked for is written with --own-request, and says so.

    Exit code: 0 when something is stored, 1 when nothing is, 2 when it cannot be read, 3 when
    processing is restricted.
    """
    from streams.control.in_force import policy_now
    from streams.core.identifiers import ControllerId, SubjectId
    from streams.subject_access import person_of, read_person
    from streams.terminal.out import say, warn

    if letter is None and (form == "html" or own_request):
        option = "--own-request" if own_request else "--format html"
        raise ConsentryError(f"{option} is for the letter", "Add --letter nl or --letter en.")
    who = one_pseudonym(subject, pseudonym_of, key_file, value_file)
    require_writable(output)
    settings = read_settings(config, brokers)
    policy = policy_now(settings).policy
    with progress_bar("reading", None, unit="percent") as advance:
        stored = read_person(settings, ControllerId(controller), SubjectId(who), advance)
    if not stored.rows and not stored.refused:
        # An address in the place of a pseudonym must not read as "we hold nothing".
        require_pseudonym(controller, who)
        say(
            "Nothing is stored of this person under this controller. Either no event came, or "
            "the retention period has passed, or the pseudonym was made with another key.",
            err=True,
        )
        raise typer.Exit(1)
    if stored.restricted_since is not None:
        if not own_request:
            say_restricted(stored, as_json=form == "json", output=output)
        warn(f"{restriction_words(stored)}: this letter is for the person alone")
    if stored.in_work:
        warn(IN_WORK)
    found = person_of(stored, policy)
    unnamed = [one.recipient_id for one in found.disclosures if one.legal_entity is None]
    if letter is not None and unnamed:
        warn(
            f"the register has no legal name for {', '.join(unnamed)}: "
            "add legal_entity in the policy file, or fill it in by hand"
        )
    unread = sum(one.event_type == "data-share" and one.status == "OPEN" for one in stored.refused)
    if letter is not None and unread:
        warn(
            f"{unread} shares of this person could not be read, so their recipients are not in "
            "the letter: consentry dead-letters list"
        )
    with open_output(output) as file:
        file.write(_document(found, letter, form).encode())


def _document(
    found: Person, letter: Literal["nl", "en"] | None, form: Literal["text", "html", "json"]
) -> str:
    import json

    from streams.core.instants import format_instant
    from streams.safe_text import safe
    from streams.subject_access.letter import letter_for, render_letter
    from streams.subject_access.shown import as_json, lines

    if letter is not None:
        values = letter_for(found, letter)
        if form != "json":
            return render_letter(values, form)
        entries = [one._asdict() for one in values.entries]
        since = found.stored.restricted_since
        document = {
            "language": letter,
            "recipients": entries,
            "restricted_since": None if since is None else format_instant(since),
        }
        return json.dumps(document, ensure_ascii=False) + "\n"
    if form == "json":
        return json.dumps(as_json(found), ensure_ascii=False) + "\n"
    return "".join(f"{safe(line)}\n" for line in lines(found))
