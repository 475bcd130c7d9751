"""`consentry erase`: erase one person, by request (GDPR 17)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from streams.cli.commanding import Reason, counted, ordered, say_counts, say_recipients
from streams.cli.person_order import Followed, Person, PersonOrder, register_order
from streams.cli.still_kept import compacted_within, kept_on_topics, receivers
from streams.terminal.out import say, warn

if TYPE_CHECKING:
    from streams.operate.commanding import SentCommand
    from streams.settings import Settings

_HELP = """Erase one person: facts, findings and duties, for good.

What stays is that the person was erased, and when: so a later share or message is
found to be one after an erasure request, and older records that come again are counted as
expired and bring nothing back. Duties to notify recipients go too: write the letter of
`consentry person` first. The answer names the recipients (GDPR 19), how long inputs
and dead letters still hold records of the person, and which receivers of findings delete.
It needs the roles commander and verifier.

Exit code: 0 when it is done, 1 when you say no or no result came in time, 2 when it cannot
be sent.
"""
_EXAMPLES = (
    'Examples:  consentry erase --controller SHOP --subject p1-9f... --why "request of 3 March" '
    "--ticket DPO-118  |  consentry erase --controller SHOP --pseudonym-of email --key-file KEY "
    '--why "request of 3 March"'
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    question = "Erase all that is stored of this person, for good?"
    register_order(
        app,
        PersonOrder(
            "erase", _HELP, _EXAMPLES, question, _say_erased, _still_kept, _remove_about_records
        ),
    )


def _still_kept(settings: Settings, config: Path | None) -> dict[str, Any]:
    return {
        "kept_until": kept_on_topics(settings),
        "compacted_within": compacted_within(settings),
        "receivers_delete": receivers(config),
    }


def _remove_about_records(settings: Settings, who: Person, reason: Reason, wait: float) -> Followed:
    """What the topic of findings says of records of the person that are no facts goes as well."""
    from streams.errors import ConsentryError
    from streams.operate.erased_records import remove_about_records

    try:
        sent = remove_about_records(settings, *who, ordered("retract", None, reason), wait)
    except ConsentryError as error:
        warn(
            f"findings about records that could not be judged were not looked for: {error.problem}"
        )
        return {"findings_about_records": None}, ()
    return {"findings_about_records": sum(counted(one)["removed"] for one in sent)}, sent


def _say_erased(found: SentCommand, more: Mapping[str, Any]) -> None:
    say("Erased. What went:")
    say_counts(found)
    if more["findings_about_records"]:
        say(f"{more['findings_about_records']} findings about records that could not be judged.")
    say_recipients(found)
    say("Still on topics, until the broker deletes it by age:")
    for topic, kept in more["kept_until"].items():
        say(f"  {topic}: up to {kept} after arrival")
    say("Old records, until the broker compacts the topic (consentry topics check):")
    for topic, lag in more["compacted_within"].items():
        say(f"  {topic}: {lag}, once something later is written there")
    for name, deletes in more["receivers_delete"].items():
        say(
            f"  sink {name}: its receiver is instructed to delete findings and duties"
            if deletes
            else f"  sink {name}: its receiver cannot delete, and keeps what it has (docs/sinks.md)"
        )
