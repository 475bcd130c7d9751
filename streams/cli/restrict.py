"""`consentry restrict` and `unrestrict`: restriction of processing of one person (GDPR 18)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import typer

from streams.cli.commanding import counted, say_recipients
from streams.cli.person_order import PersonOrder, register_order
from streams.terminal.out import say

if TYPE_CHECKING:
    from streams.operate.commanding import SentCommand

_RESTRICT = """Restrict the processing of one person's data (GDPR 18).

The stored facts stay and are judged, also what comes later, and people are not shown them:
`explain`, `person`, `recipient` and `ask` say since when processing is restricted in their
place. They do not leave by age until it is lifted. The answer names the recipients, who are
to be notified (GDPR 19). Findings and duties stand on their topics and in sinks as before.

Exit code: 0 when it is done, 1 when nothing is stored of the person or no result came in
time, 2 when it cannot be sent.
"""
_UNRESTRICT = """Lift a restriction of processing (GDPR 18).

The person is informed before (GDPR 18(3)).

Exit code: 0 when processing is not restricted any more, 1 when you say no or no result came
in time, 2 when it cannot be sent.
"""
_EXAMPLES = (
    'Examples:  consentry {0} --controller SHOP --subject p1-9f... --why "letter of 3 March" '
    "--ticket DPO-119  |  consentry {0} --controller SHOP --pseudonym-of email --key-file KEY "
    '--why "letter of 3 March"'
)
_INFORMED = "Was the person informed that the restriction will be lifted (GDPR 18(3))?"


def register(app: typer.Typer) -> None:
    """Add both commands."""
    for order in (
        PersonOrder("restrict", _RESTRICT, _EXAMPLES.format("restrict"), None, _restricted),
        PersonOrder("unrestrict", _UNRESTRICT, _EXAMPLES.format("unrestrict"), _INFORMED, _lifted),
    ):
        register_order(app, order)


def _restricted(found: SentCommand, more: Mapping[str, Any]) -> None:
    del more
    already = counted(found)["already_restricted"]
    say("It was restricted already, and stays so." if already else "Processing is restricted.")
    say_recipients(found)


def _lifted(found: SentCommand, more: Mapping[str, Any]) -> None:
    del more
    lifted = counted(found)["restrictions_lifted"]
    say("The restriction is lifted." if lifted else "Processing was not restricted.")
