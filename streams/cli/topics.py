"""`consentry topics`: create the topics, check those that exist, describe them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli.options import Brokers, Config, Json, read_settings
from streams.cli.topic_size import RENDER_EXAMPLES, SIZE_EXAMPLES, render, size
from streams.terminal.out import say, say_json

if TYPE_CHECKING:
    from streams.settings import Settings
    from streams.topics.problems import TopicProblem


def register(app: typer.Typer) -> None:
    """Add the commands about topics."""
    topics = typer.Typer(
        name="topics",
        help="Create Consentry's topics on a Kafka, and check those that exist.",
        no_args_is_help=True,
    )
    topics.command("create", epilog=_CREATE_EXAMPLES)(create)
    topics.command("check", epilog=_CHECK_EXAMPLES)(check)
    topics.command("asyncapi", epilog=_ASYNCAPI_EXAMPLES)(asyncapi)
    topics.command("render", epilog=RENDER_EXAMPLES)(render)
    topics.command("size", epilog=SIZE_EXAMPLES)(size)
    app.add_typer(topics)


_CREATE_EXAMPLES = (
    "Examples:  consentry topics create --brokers kafka:9092  |  "
    "consentry topics create --dry-run  |  consentry topics create --dry-run --commands"
)
_CHECK_EXAMPLES = "Examples:  consentry topics check  |  consentry topics check --json"


_ASYNCAPI_EXAMPLES = "Examples:  consentry topics asyncapi --config consentry.toml > asyncapi.json"


def asyncapi(config: Config = None) -> None:
    """Print an AsyncAPI 3 document of all topics, as these settings have them. Asks no Kafka."""
    import streams
    from streams.topics.asyncapi import asyncapi as document
    from streams.wire.schemas import schemas

    settings = read_settings(config, None, asks_kafka=False)
    sources = {name: schema.source for name, schema in schemas().current.items()}
    say_json(document(settings, sources, streams.__version__))


def create(
    brokers: Brokers = None,
    config: Config = None,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run",
            help="Ask no Kafka, and need no login: print topics, their settings, and the ACLs of each role.",
        ),
    ] = False,
    commands: Annotated[
        bool,
        typer.Option(
            "--commands",
            help="Create nothing: print kafka-topics commands for the topics that are missing, "
            "and nothing for those that exist. With --dry-run: for all, and kafka-acls commands.",
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Create the topics that are missing. Existing ones are never altered.

    Exit code: 0 when all topics exist now, 2 when they could not be created.
    """
    settings = read_settings(config, brokers, asks_kafka=not dry_run)
    if commands and as_json:
        raise typer.BadParameter("choose one of --commands and --json", param_hint="--json")
    if dry_run:
        _show_plan(settings, commands=commands, as_json=as_json)
        return
    if commands:
        from streams.topics.create import missing_commands

        for line in missing_commands(settings):
            say(line)
        return
    from streams.topics import create_topics

    result = create_topics(settings)
    if as_json:
        say_json({"created": list(result.created), "existing": list(result.existing)})
        return
    for name in result.created:
        say(f"created  {name}")
    for name in result.existing:
        say(f"exists   {name}")
    if result.existing:
        say("Existing topics were left as they are: `consentry topics check` checks them.")


def check(brokers: Brokers = None, config: Config = None, as_json: Json = False) -> None:
    """Check partitions, compaction, retention, time stamps, sizes, copies and compression.

    Says what is wrong and how to repair it, and changes nothing. Exit code: 0 without
    errors (warnings may be shown), 1 with errors, 2 when the topics could not be checked.
    """
    from streams.topics import ProblemLevel, all_topics, check_topics

    settings = read_settings(config, brokers)
    problems = check_topics(settings)
    errors = sum(problem.weight is ProblemLevel.ERROR for problem in problems)
    if as_json:
        say_json({"problems": [_as_json(problem) for problem in problems]})
    else:
        for problem in problems:
            say(f"{problem.weight}: {problem.topic}: {problem.what}", bold=True)
            say(f"  why:  {problem.why}")
            say(f"  remedy: {problem.remedy}")
            for command in problem.commands:
                say(f"    {command}")
        total = len(all_topics(settings))
        warnings = len(problems) - errors
        say(f"{total} topics checked: {errors} errors, {warnings} warnings")
    if errors:
        raise typer.Exit(1)


def _as_json(problem: TopicProblem) -> dict[str, object]:
    from dataclasses import asdict

    # `mend` is the name that `remedy` had in the release before; it goes with the next.
    return {**asdict(problem), "mend": problem.remedy}


def _show_plan(settings: Settings, *, commands: bool, as_json: bool) -> None:
    from streams.cli.topic_plan import plan_as_commands, plan_as_json, print_plan

    if commands:
        for line in plan_as_commands(settings):
            say(line)
    elif as_json:
        say_json(plan_as_json(settings))
    else:
        print_plan(settings)
