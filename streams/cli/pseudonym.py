"""`consentry pseudonym`: the subject ids of people, for producing teams and for tests."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli.options import Json
from streams.cli.personal_values import read_values
from streams.errors import ConsentryError
from streams.terminal.out import say, say_json, warn

if TYPE_CHECKING:
    from streams.wire.pseudonym import ValueKind


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(pseudonym)


def pseudonym(
    *,
    values: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help="File with one value per line; - or nothing reads standard input. Values "
            "themselves are never arguments: the shell would keep them.",
            show_default=False,
        ),
    ] = "-",
    key_file: Annotated[
        Path, typer.Option("--key-file", metavar="FILE", help="File that holds the secret key.")
    ],
    email: Annotated[
        bool, typer.Option("--email", help="The values are e-mail addresses.")
    ] = False,
    phone: Annotated[bool, typer.Option("--phone", help="The values are phone numbers.")] = False,
    customer_id: Annotated[
        bool, typer.Option("--customer-id", help="The values are customer ids.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Compute the keyed pseudonym of people (HMAC-SHA-256), one value per line.

    Prints one subject id per line, in the order of the values. A value that is
    none of its kind gives an empty line; standard error names its line, and
    the exit status is 1. Rules and test vectors: docs/events.md.

    Examples:
      consentry pseudonym --key-file key.txt --email < addresses.txt

      consentry pseudonym --key-file key.txt --customer-id customers.txt --json
    """
    from streams.wire.pseudonym import is_exposed, read_key

    kind = _kind(email=email, phone=phone, customer_id=customer_id)
    key = read_key(key_file)
    if is_exposed(key_file):
        warn(f"others can read {key_file}; chmod 600 makes it yours alone")
    failed = 0
    for line, value in enumerate(read_values(values), start=1):
        failed += not _print_one(key, kind, line, value, as_json=as_json)
    if failed:
        say(f"{failed} of the values gave no pseudonym", err=True)
        raise typer.Exit(1)


def _print_one(key: bytes, kind: ValueKind, line: int, value: str, *, as_json: bool) -> bool:
    """Print the pseudonym of one value, or why there is none; the value itself nowhere."""
    from streams.wire.pseudonym import NotNormalisable
    from streams.wire.pseudonym import pseudonym as subject_id_of

    try:
        subject_id = subject_id_of(key, kind, value)
    except NotNormalisable as error:
        say(f"line {line}: {error}", err=True)
        _answer({"line": line, "error": str(error)}, "", as_json=as_json)
        return False
    _answer({"line": line, "subject_id": subject_id}, subject_id, as_json=as_json)
    return True


def _answer(document: dict[str, object], text: str, *, as_json: bool) -> None:
    if as_json:
        say_json(document, indent=None)
    else:
        say(text)


def _kind(*, email: bool, phone: bool, customer_id: bool) -> ValueKind:
    from streams.wire.pseudonym import ValueKind

    asked = [
        kind
        for kind, flag in (
            (ValueKind.EMAIL, email),
            (ValueKind.PHONE, phone),
            (ValueKind.CUSTOMER_ID, customer_id),
        )
        if flag
    ]
    if len(asked) != 1:
        raise ConsentryError(
            "the kind of the values must be given, and only one",
            "add one of --email, --phone, --customer-id",
        )
    return asked[0]
