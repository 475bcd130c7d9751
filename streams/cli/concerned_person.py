"""Whom a command is about: a pseudonym, or what ingest makes one of, which is never an argument."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli.personal_values import asked_values, read_values
from streams.errors import ConsentryError
from streams.terminal.out import warn

if TYPE_CHECKING:
    from streams.wire.pseudonym import ValueKind

Controller = Annotated[
    str, typer.Option("--controller", metavar="ID", help="The controller of the person.")
]
Subject = Annotated[
    str | None,
    typer.Option(
        "--subject",
        metavar="PSEUDONYM",
        help="The person's pseudonym, as `consentry pseudonym` makes it; never an address.",
        show_default=False,
    ),
]
PseudonymOf = Annotated[
    list[str] | None,
    typer.Option(
        "--pseudonym-of",
        metavar="KIND",
        help="Instead of --subject: make the pseudonym of an email, phone or customer-id, as "
        "ingest does. The value is asked for without being shown, or read from standard input. "
        "Give it once for each value.",
        show_default=False,
    ),
]
KeyFile = Annotated[
    Path | None,
    typer.Option(
        "--key-file",
        metavar="FILE",
        help="With --pseudonym-of: the secret key that ingest has.",
        show_default=False,
    ),
]
ValueFile = Annotated[
    str | None,
    typer.Option(
        "--value-file",
        metavar="FILE",
        help="With --pseudonym-of: read the values here, a line for each KIND in turn; - for "
        "standard input.",
        show_default=False,
    ),
]
Identities = Annotated[
    Path | None,
    typer.Option(
        "--identities",
        metavar="CSV",
        help="The identity table that ingest has: the person is all the pseudonyms that it "
        "says belong together.",
        show_default=False,
    ),
]

_REMEDY = (
    "`consentry pseudonym` makes the pseudonym of an address; the shell would keep an address "
    "that is an argument."
)


def pseudonyms(
    subject: str | None,
    pseudonym_of: Sequence[str] | None,
    key_file: Path | None,
    value_file: str | None = None,
    identities: Path | None = None,
) -> list[str]:
    """The pseudonyms of the person that is meant, each once. Raises ConsentryError.

    With an identity table all that it says are the same person's, as a negative signal of
    that person would reach them (`streams.ingest.identities`).
    """
    kinds = list(pseudonym_of or ())
    if (subject is None) is not bool(kinds):
        raise ConsentryError(
            "the person must be named by --subject, or by --pseudonym-of, and not by both",
            _REMEDY,
        )
    if not kinds and (key_file is not None or value_file is not None):
        raise ConsentryError(
            "--key-file and --value-file are for --pseudonym-of",
            "Say with --pseudonym-of what the pseudonym is to be made of.",
        )
    found = [subject] if subject is not None else _derived(kinds, key_file, value_file)
    if identities is not None:
        from streams.ingest import load_identities

        found = list(load_identities(identities).every_key(found))
    return list(dict.fromkeys(found))


def one_pseudonym(
    subject: str | None,
    pseudonym_of: Sequence[str] | None,
    key_file: Path | None,
    value_file: str | None = None,
) -> str:
    """The one pseudonym that is meant. Raises ConsentryError where several are."""
    found = pseudonyms(subject, pseudonym_of, key_file, value_file)
    if len(found) > 1:
        raise ConsentryError(
            "this command is about one pseudonym, and several were named",
            "Give --pseudonym-of once, and say the command again for the others.",
        )
    return found[0]


def require_pseudonym(controller: str, subject: str) -> None:
    """Check that both are ids as events have them. Raises ConsentryError."""
    from streams.core.identifiers import parse_subject_key, subject_key
    from streams.wire.guard import guard_key

    key = subject_key(controller, subject)
    if parse_subject_key(key) is None or guard_key(key) is not None:
        raise ConsentryError(
            "--controller and --subject must be an id and a pseudonym, as events have them", _REMEDY
        )


def _derived(kinds: Sequence[str], key_file: Path | None, value_file: str | None) -> list[str]:
    from streams.ingest import PseudonymKey
    from streams.wire.pseudonym import NotNormalisable, is_exposed, read_key

    wanted = [_kind(one) for one in kinds]
    if key_file is None:
        raise ConsentryError(
            "--pseudonym-of needs the secret key", "Name the file that holds it with --key-file."
        )
    key = PseudonymKey(read_key(key_file))
    if is_exposed(key_file):
        warn(f"others can read {key_file}; chmod 600 makes it yours alone")
    if value_file is None and sys.stdin.isatty():
        values = asked_values(kinds)
    else:
        values = [one.removesuffix("\r") for one in read_values(value_file or "-")]
    if len(values) != len(wanted):
        raise ConsentryError(
            f"{len(values)} values were given for {len(wanted)} times --pseudonym-of",
            "Give one value a line, in the order of the kinds.",
        )
    found = []
    for number, (kind, value) in enumerate(zip(wanted, values, strict=True), 1):
        try:
            found.append(key.of(kind, value))
        except NotNormalisable as error:
            raise ConsentryError(
                f"value {number} ({kind.value}): {error}", "Correct it, and say the command again."
            ) from None
        except ValueError:
            raise ConsentryError(
                f"value {number} ({kind.value}) is no text", "Give it as UTF-8."
            ) from None
    return found


def _kind(text: str) -> ValueKind:
    from streams.wire.pseudonym import ValueKind

    try:
        return ValueKind(text)
    except ValueError:
        # It may be a value, by mistake: it is not repeated.
        raise ConsentryError(
            "--pseudonym-of takes the kind of the value: email, phone or customer-id",
            "The value itself is asked for, or read from standard input or --value-file.",
        ) from None
