"""`consentry partitions grow`: more partitions for an installation that has facts."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated, Any, Self

import typer

from streams.cli.options import Brokers, Config, Json, read_settings
from streams.cli.progress import progress_bar
from streams.errors import ConsentryError
from streams.terminal.out import say, say_json

if TYPE_CHECKING:
    from streams.operate.growing.grow import Grown
    from streams.operate.growing.plan import GrowthPlan
    from streams.verify.pace import Advance

_EXAMPLES = (
    "Examples:  consentry partitions grow --to 24 --dry-run  |  consentry partitions grow --to 24"
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    group = typer.Typer(
        help="The number of partitions of an installation.", epilog=_EXAMPLES, no_args_is_help=True
    )
    # One command alone would take the place of the group.
    group.callback()(_group)
    group.command(name="grow", epilog=_EXAMPLES)(grow_)
    app.add_typer(group, name="partitions")


def _group() -> None:
    """The number of partitions of an installation."""


def grow_(
    *,
    to: Annotated[int, typer.Option("--to", min=2, help="How many partitions there are to be.")],
    violations: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="The new topic of findings, without the prefix. By default that of today with "
            "the next generation behind it.",
            show_default=False,
        ),
    ] = None,
    duties: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="The new topic of duties.", show_default=False),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing.")] = False,
    brokers: Brokers = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Give an installation more partitions. Nothing is judged again, and nothing is lost.

    For more workers, or where somebody raised the partitions of an input already. Stop all
    workers, and run it with the settings of today. The facts move into the next generation, with
    all that was published about them: findings and duties stand on new topics at their revisions,
    and the workers go on in the inputs where they were. State and topics of before stay as they
    are. Whatever interrupts it, say it again: it goes on. At the end it verifies, and says which
    settings to change. It needs the roles administrator, operator and verifier, and the right to
    alter the topics.

    Exit code: 0 when it is done and verified, 1 when you say no or the proof fails, 2 when it
    cannot be done.
    """
    from streams.control.in_force import policy_now
    from streams.operate.growing.grow import grow
    from streams.operate.growing.plan import plan_growth

    settings = read_settings(config, brokers)
    plan = plan_growth(settings, to, violations=violations, duties=duties)
    if not as_json:
        _say_plan(plan)
    if dry_run:
        if as_json:
            say_json(_planned(plan))
        return
    plan.require_stopped()
    if not yes:
        _ask(to)
    with _Steps(shown=not as_json) as steps:
        grown = grow(plan, policy_now(settings).policy, steps.step)
    if as_json:
        say_json({**_planned(plan), **_done(grown)})
    else:
        _say_done(plan, grown)
    if grown.proof is not None and not grown.proved:
        raise typer.Exit(1)


def _ask(to: int) -> None:
    if not sys.stdin.isatty():
        raise ConsentryError(
            "nobody can be asked: standard input is no terminal", "Repeat it with --yes."
        )
    if not typer.confirm(f"Go on to {to} partitions? They never become fewer.", err=True):
        raise typer.Exit(1)


class _Steps:
    """Says each step, with a bar where one is seen."""

    def __init__(self, *, shown: bool) -> None:
        self._shown = shown
        self._bars = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.close()

    def step(self, what: str) -> Advance:
        """The next step; returns what moves its bar."""
        self._bars.close()
        if self._shown:
            say(f"{what} ...", err=True)
        bar = progress_bar(what, None, unit="percent", shown=self._shown)
        return self._bars.enter_context(bar)


def _planned(plan: GrowthPlan) -> dict[str, Any]:
    return {
        "from": plan.before,
        "to": plan.target.partitions,
        "workers": list(plan.workers),
        "raised": plan.raised,
        "created": list(plan.created),
        "settings": plan.changed,
        "delivery_groups": list(plan.sinks),
    }


def _done(grown: Grown) -> dict[str, Any]:
    return {
        "facts": grown.facts,
        "rows": grown.imported.of,
        "imported": grown.imported.rows,
        "resent": grown.resent,
        "copied": grown.copied,
        "verified": None if grown.proof is None else grown.proved,
    }


def _say_plan(plan: GrowthPlan) -> None:
    to = plan.target.partitions
    say(f"From {plan.before} to {to} partitions:")
    if plan.workers:
        say(f"  stop first: {', '.join(plan.workers)}")
    for topic, count in plan.raised.items():
        say(f"  {topic}: {count} -> {to} partitions")
    for topic in plan.created:
        say(f"  {topic}: created")
    say(f"  all facts of {plan.settings.topics.changelog} move to {plan.target.topics.changelog}")
    say(
        f"  findings and duties stand on {plan.target.topics.violations} and "
        f"{plan.target.topics.duties}, at the revisions that they have"
    )


def _say_done(plan: GrowthPlan, grown: Grown) -> None:
    say(
        f"{grown.facts:,} facts are there ({grown.imported.rows:,} of {grown.imported.of:,} rows "
        f"written in this run), {grown.resent:,} re-keyed records were sent on, {grown.copied:,} "
        "findings about records without an event copied."
    )
    if grown.proof is None:
        say(
            "Not verified: the policy or the rules are others now, so the workers judge again first."
        )
    elif grown.proved:
        say("Verified: what stands on the new topics follows from as many facts as there were.")
    else:
        say("NOT verified: `consentry verify` under the new settings says what differs.")
    say("What remains to do:")
    say("  1. These settings for all processes, before any worker starts:")
    for name, value in plan.changed.items():
        say(f"       {name} = {value!r}".replace("'", '"'))
    say("  2. Start the workers. `consentry verify` proves it again once they have caught up.")
    old = f"{plan.settings.topics.violations} and {plan.settings.topics.duties}"
    say(f"  3. What reads {old} by itself reads the new topics from then on.")
    for number, group in enumerate(plan.sinks, 4):
        say(
            f"  {number}. {group}: let its deliverer come to the end of the topics of before, stop "
            f"it, `kafka-consumer-groups.sh --delete --group {group}`, then start "
            "`consentry deliver --from now` once."
        )
    say(
        f"  Last: once nobody reads them, delete {old}, and {plan.settings.topics.changelog}. Until "
        "then all of before is there."
    )
