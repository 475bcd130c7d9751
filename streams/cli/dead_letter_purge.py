"""`consentry dead-letters purge`: delete what was set aside, before its retention does."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from streams.cli.dead_letter_options import Yes, read_instant
from streams.cli.options import Brokers, Config, Json, read_settings
from streams.errors import ConsentryError
from streams.terminal.out import say, say_json

if TYPE_CHECKING:
    from streams.operate.dead_letters.purge import PurgePlan

PURGE_EXAMPLES = (
    "Examples:  consentry dead-letters purge --in quarantine --before now  |  "
    "consentry dead-letters purge consentry.quarantine-3-17"
)


def purge(
    place: Annotated[
        str | None,
        typer.Argument(
            metavar="[TOPIC-PARTITION-OFFSET]", help="This record and all before it go."
        ),
    ] = None,
    kept_in: Annotated[
        Literal["dead-letters", "quarantine", "ingest-rejects"] | None,
        typer.Option("--in", help="With --before: where.", show_default=False),
    ] = None,
    before: Annotated[
        str | None,
        typer.Option(
            metavar="INSTANT", help="All that was set aside before it goes; or now.",
            show_default=False,
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be deleted.")
    ] = False,
    yes: Yes = False,
    brokers: Brokers = None,
    config: Config = None,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Delete dead letters, quarantined records or ingest rejects, for good.

    Kafka can delete such records only from the start of a partition up to an offset: all
    that is older goes too, and single records cannot. What goes is counted first, and you
    are asked. The records themselves still stand on the topics from which they were read,
    until those topics' own retention is over.

    Exit code: 0 when it is deleted or there is nothing to delete, 1 when you say no, 2 when
    it cannot be.
    """
    from streams.operate.dead_letters.kept import KeptIn
    from streams.operate.dead_letters.purge import Bound, kept_in_of, plan_purge
    from streams.operate.dead_letters.purge import purge as delete
    from streams.operate.record_place import parse_place

    if (place is None) == (before is None) or (before is None) != (kept_in is None):
        raise ConsentryError(
            "what is to be deleted is not said",
            "Name one record (it goes with all before it in its partition), or --in and --before.",
        )
    settings = read_settings(config, brokers)
    if place is not None:
        bound = Bound(place=parse_place(place))
        where = kept_in_of(settings, parse_place(place))
    else:
        bound, where = Bound(before=read_instant(before, "--before")), KeptIn(kept_in or "")
    plan = plan_purge(settings, where, bound)
    if not as_json:
        _say_plan(plan)
    deleted = bool(plan.partitions) and not dry_run
    if deleted and not yes:
        _ask(plan)
    if deleted:
        delete(settings, plan)
    if as_json:
        say_json(_as_document(plan, deleted=deleted))
    elif deleted:
        say(f"{plan.records} records of {plan.topic} are deleted.")


def _ask(plan: PurgePlan) -> None:
    if not sys.stdin.isatty():
        raise ConsentryError(
            "nobody can be asked: standard input is no terminal", "Repeat it with --yes."
        )
    if not typer.confirm(f"Delete {plan.records} records of {plan.topic} for good?", err=True):
        raise typer.Exit(1)


def _say_plan(plan: PurgePlan) -> None:
    from streams.core.instants import format_instant

    if not plan.partitions:
        say(f"{plan.topic}: there is nothing to delete.")
        return
    for one in plan.partitions:
        oldest, newest = (
            "?" if at is None else format_instant(at) for at in (one.oldest, one.newest)
        )
        say(
            f"{plan.topic}, partition {one.partition}: {one.records} records, all before offset "
            f"{one.before}, set aside from {oldest} to {newest}; {one.left} stay"
        )
    for code, count in plan.reasons.items():
        say(f"{count:>9}  {code}")
    if plan.originals_count:
        say(
            f"{plan.originals_count} of the records still stand on the topics from which they were "
            "read, or did when they were set aside; purging does not reach those:"
        )
        for origin in plan.originals[:10]:
            say(f"           {origin}")
        if plan.originals_count > 10:
            say("           ... (--json names more)")


def _as_document(plan: PurgePlan, *, deleted: bool) -> dict[str, object]:
    return {
        "topic": plan.topic,
        "records": plan.records,
        "reasons": plan.reasons,
        "partitions": [
            {name: getattr(one, name) for name in one.__struct_fields__} for one in plan.partitions
        ],
        "originals": [one.short for one in plan.originals],
        "originals_count": plan.originals_count,
        "deleted": deleted,
    }
