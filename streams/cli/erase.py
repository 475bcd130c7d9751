"""`consentry erase`: erase one person, by request (GDPR 17)."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli.commanding import (
    WAIT_S,
    By,
    Ticket,
    Wait,
    Why,
    document,
    say_counts,
    say_missing,
    sent,
    user,
)
from streams.cli.options import Brokers, Config, Json, read_settings
from streams.errors import ConsentryError
from streams.terminal.out import say, say_json

if TYPE_CHECKING:
    from streams.operate.commanding import SentCommand
    from streams.settings import Settings

_EXAMPLES = (
    'Examples:  consentry erase --controller SHOP --subject p1-9f... --why "request of 3 March" '
    "--ticket DPO-118"
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="erase", epilog=_EXAMPLES)(erase)


def erase(
    *,
    controller: Annotated[
        str, typer.Option("--controller", metavar="ID", help="The controller of the person.")
    ],
    subject: Annotated[
        str,
        typer.Option(
            "--subject",
            metavar="PSEUDONYM",
            help="The person's pseudonym, as `consentry pseudonym` makes it; never an address.",
        ),
    ],
    why: Why,
    ticket: Ticket = None,
    by: By = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing.")] = False,
    wait: Wait = WAIT_S,
    brokers: Brokers = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Erase one person: facts, findings and duties, for good.

    What stays is that the person was erased, and when: so a later share or message is
    found to be one after an erasure request, and older records that come again are counted as
    expired and bring nothing back. Duties to notify recipients go too: write the letter of
    `consentry person` first. The answer names the recipients (GDPR 19), and how long inputs
    and dead letters still hold records of the person.

    Exit code: 0 when it is done, 1 when you say no or no result came in time, 2 when it cannot
    be sent.
    """
    from streams.core.identifiers import subject_key
    from streams.operate.commanding import command_of
    from streams.wire.arrival import partition_for
    from streams.wire.commands import ConcernedPerson

    settings = read_settings(config, brokers)
    key = subject_key(controller, subject)
    _require_pseudonym(key)
    person = ConcernedPerson(controller_id=controller, subject_id=subject)
    who = user() if by is None else by
    command = command_of("erase", person, who=who, why=why, ticket=ticket)
    if not yes:
        _ask()
    found = sent(
        settings, command, lambda count: (partition_for(key, count),), wait, shown=not as_json
    )
    if as_json:
        say_json({**document(found), "kept_until": _still_kept(settings)})
    elif any(one.done for one in found.results):
        _say(found, settings)
    say_missing(found)


def _require_pseudonym(key: bytes) -> None:
    from streams.core.identifiers import parse_subject_key
    from streams.wire.guard import guard_key

    if parse_subject_key(key) is None or guard_key(key) is not None:
        raise ConsentryError(
            "--controller and --subject must be an id and a pseudonym, as events have them",
            "`consentry pseudonym` makes the pseudonym of an address; the shell would keep an "
            "address that is an argument.",
        )


def _ask() -> None:
    if not sys.stdin.isatty():
        raise ConsentryError(
            "nobody can be asked: standard input is no terminal", "Repeat it with --yes."
        )
    if not typer.confirm("Erase all that is stored of this person, for good?", err=True):
        raise typer.Exit(1)


def _say(found: SentCommand, settings: Settings) -> None:
    say("Erased. What went:")
    say_counts(found)
    recipients = [name for one in found.results for name in one.recipients]
    if recipients:
        say(
            f"Received data of the person, and are to be notified (GDPR 19): {', '.join(recipients)}"
        )
    say("Still on topics, until the broker deletes it by age:")
    for topic, kept in _still_kept(settings).items():
        say(f"  {topic}: up to {kept} after arrival")
    say(
        "The changelog and the topics of findings and duties hold the old records until the broker "
        "compacts them."
    )


def _still_kept(settings: Settings) -> dict[str, str]:
    """Topics that may hold records of the person, and for how long, by the settings."""
    from streams.topics import TopicKind, all_topics
    from streams.topics.keeping import span

    kinds = {
        TopicKind.INPUT,
        TopicKind.REKEYED,
        TopicKind.DEAD_LETTERS,
        TopicKind.REJECTS,
        TopicKind.INGEST_REPLAY,
        TopicKind.RAW,
        TopicKind.COMMANDS,
    }
    return {
        topic.name: span(int(topic.config["retention.ms"]))
        for topic in all_topics(settings)
        if topic.kind in kinds
    }
