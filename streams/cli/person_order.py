"""Commands to the workers about one person: to erase, to restrict processing, to lift that."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from streams.cli.commanding import (
    WAIT_S,
    By,
    Reason,
    Ticket,
    Wait,
    Why,
    document,
    say_missing,
    sent,
)
from streams.cli.concerned_person import (
    Controller,
    Identities,
    KeyFile,
    PseudonymOf,
    Subject,
    ValueFile,
    pseudonyms,
    require_pseudonym,
)
from streams.cli.options import Brokers, Config, Json, read_settings
from streams.errors import ConsentryError
from streams.terminal.out import say, say_json

if TYPE_CHECKING:
    from streams.operate.commanding import SentCommand
    from streams.settings import Settings


Person = tuple[str, str]
"""Controller and pseudonym."""

Followed = tuple[dict[str, Any], Sequence["SentCommand"]]
"""Values, and the commands that were sent for them."""


class PersonOrder(NamedTuple):
    """What a command about a person asks, and says of what was done.

    `more` are values that the answer has besides the results, from settings and their file;
    `then` does what follows of one person, and gives values too, and what it sent. `say` says for
    people what the workers did, with all of them.
    """

    kind: str
    help: str
    examples: str
    question: str | None
    say: Callable[[SentCommand, Mapping[str, Any]], None]
    more: Callable[[Settings, Path | None], dict[str, Any]] | None = None
    then: Callable[[Settings, Person, Reason, float], Followed] | None = None


def register_order(app: typer.Typer, order: PersonOrder) -> None:
    """Add the command."""
    app.command(name=order.kind, help=order.help, epilog=order.examples)(_command(order))


def _command(order: PersonOrder) -> Callable[..., None]:
    def command(
        *,
        controller: Controller,
        subject: Subject = None,
        pseudonym_of: PseudonymOf = None,
        key_file: KeyFile = None,
        value_file: ValueFile = None,
        identities: Identities = None,
        why: Why,
        ticket: Ticket = None,
        by: By = None,
        yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing.")] = False,
        wait: Wait = WAIT_S,
        brokers: Brokers = None,
        config: Config = None,
        as_json: Json = False,
    ) -> None:
        settings = read_settings(config, brokers)
        found = pseudonyms(subject, pseudonym_of, key_file, value_file, identities)
        for one in found:
            require_pseudonym(controller, one)
        if not yes and order.question is not None:
            _ask(order.question)
        more = {} if order.more is None else order.more(settings, config)
        answers: list[SentCommand] = []
        for one in found:
            who, reason = (controller, one), (by, why, ticket)
            answer = _sent(settings, order.kind, who, reason, wait, shown=not as_json)
            answers.append(answer)
            values = dict(more)
            if order.then is not None and any(result.done for result in answer.results):
                gained, followed = order.then(settings, who, reason, wait)
                values |= gained
                answers += followed
            if as_json:
                # Of several pseudonyms a document a line.
                say_json({**document(answer), **values}, indent=None if len(found) > 1 else 2)
            elif any(result.done for result in answer.results):
                if len(found) > 1:
                    say(f"{one}:", bold=True)
                order.say(answer, values)
        say_missing(*answers)

    return command


def _sent(
    settings: Settings,
    kind: str,
    who: Person,
    reason: Reason,
    wait: float,
    *,
    shown: bool,
) -> SentCommand:
    from streams.core.identifiers import subject_key
    from streams.wire.arrival import partition_for
    from streams.wire.commands import ConcernedPerson

    person, key = ConcernedPerson(controller_id=who[0], subject_id=who[1]), subject_key(*who)
    return sent(
        settings,
        kind,
        person,
        reason,
        lambda count: (partition_for(key, count),),
        wait,
        shown=shown,
    )


def _ask(question: str) -> None:
    if not sys.stdin.isatty():
        raise ConsentryError(
            "nobody can be asked: standard input is no terminal", "Repeat it with --yes."
        )
    if not typer.confirm(question, err=True):
        raise typer.Exit(1)
