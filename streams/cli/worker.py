"""`consentry worker`: judge what comes in, until asked to stop; `worker remove`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli.options import Brokers, Config, read_settings
from streams.cli.service_start import JsonLogs, begin_logs, require_broker
from streams.errors import ConsentryError
from streams.terminal.out import say

if TYPE_CHECKING:
    from streams.settings import Settings


def register(app: typer.Typer) -> None:
    """Add `worker`, and `worker remove` under it."""
    workers = typer.Typer(
        name="worker",
        invoke_without_command=True,
        subcommand_metavar="[remove INSTANCE_ID]",
        callback=worker,
        epilog=_EXAMPLES,
    )
    workers.command("remove", epilog=_REMOVE_EXAMPLES)(remove)
    app.add_typer(workers)


_EXAMPLES = (
    "Examples:  consentry worker --brokers kafka:9092  |  "
    "CONSENTRY_INSTANCE_ID=worker-1 consentry worker --config consentry.toml  |  "
    "consentry worker --instance-id worker-1 --processes 4  |  "
    "consentry worker remove worker-1"
)
_REMOVE_EXAMPLES = "Examples:  consentry worker remove worker-3 --config consentry.toml"


def worker(
    context: typer.Context,
    brokers: Brokers = None,
    config: Config = None,
    instance_id: Annotated[
        str | None,
        typer.Option(
            help="Lasting name of this worker: a restart takes its partitions back within "
            "seconds. Two workers must never share it."
        ),
    ] = None,
    ready_file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Written with the partition numbers when they are restored, removed at the end.",
        ),
    ] = None,
    processes: Annotated[
        int,
        typer.Option(
            min=1,
            help="Run so many workers as one service, named INSTANCE_ID-1 and so on: for a machine "
            "with several cores. Where one ends, all do.",
        ),
    ] = 1,
    json_logs: JsonLogs = None,
) -> None:
    """Judge the input topics and write findings and duties.

    Start as many as there are partitions, at most; each takes its share. Stop with
    SIGTERM or Ctrl-C: what was read is finished and committed.

    Exit code: 0 after a stop, 2 when somebody must put something right first (the last
    lines say what), 70 when the worker ended itself to be started again, or found no
    broker: starting it again loses nothing.
    """
    if context.invoked_subcommand is not None:
        given_here = (brokers, config, instance_id, ready_file, json_logs)
        if processes != 1 or any(value is not None for value in given_here):
            raise typer.BadParameter(f"options go after `worker {context.invoked_subcommand}`")
        return
    from streams.cli.worker_process import run_worker
    from streams.cli.worker_processes import names_of, run_processes
    from streams.control.in_force import given_or_problem

    settings = read_settings(config, brokers, instance_id=instance_id)
    if processes > 1:
        names_of(settings, processes)
    given = given_or_problem(settings)
    require_broker(settings)
    require_topics(settings)
    if processes > 1:
        run_processes(settings, given, ready_file, processes, json_logs)
    begin_logs(json_logs)
    run_worker(settings, given, ready_file)


def remove(
    instance_id: Annotated[
        str, typer.Argument(metavar="INSTANCE_ID", help="The lasting name of the worker.")
    ],
    brokers: Brokers = None,
    config: Config = None,
) -> None:
    """Take a stopped worker out of the group for good.

    A worker with an instance_id keeps its partitions when it stops, until its session
    ends, so that it finds them again after a restart. Once it is removed, the others
    take them over at once.

    Exit code: 0 when it is out, 2 when the group has no such member.
    """
    from streams.topics.group_members import remove_member

    settings = read_settings(config, brokers)
    removed = remove_member(settings, instance_id)
    say(f"{instance_id} is no longer a member of the group {settings.group_id}.")
    numbers = ", ".join(map(str, removed.partitions))
    if not removed.partitions:
        say("It owned no partitions.")
    elif removed.others:
        count = len(removed.others)
        workers = "the other worker" if count == 1 else f"the {count} other workers"
        say(f"Its partitions ({numbers}) go to {workers} now.")
    else:
        say(f"Nobody judges its partitions ({numbers}) until a worker starts.")
    say("If its process still runs, it ends with code 70; started again, it joins again.")


def require_topics(settings: Settings) -> None:
    """Stop before the group is joined when `consentry topics check` finds an error.

    What only a deliverer needs stops no worker. Raises ConsentryError with the first.
    """
    from streams.topics import Party, ProblemLevel, all_topics, check_topics

    topics = all_topics(settings)
    foreign = {t.name for t in topics if Party.WORKER not in (*t.readers, *t.writers)}
    wrong = [
        problem
        for problem in check_topics(settings)
        if problem.weight is ProblemLevel.ERROR and problem.topic not in foreign
    ]
    if wrong:
        first, others = wrong[0], len(wrong) - 1
        more = f" (and {others} more: `consentry topics check` lists all)" if others else ""
        raise ConsentryError(
            f"{first.topic}: {first.what}{more}", first.remedy, steps=first.commands
        )
