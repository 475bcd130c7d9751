"""`consentry worker`: judge what comes in, until told to stop."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli.options import Brokers, Config, read_settings
from streams.errors import ConsentryError

if TYPE_CHECKING:
    from streams.core.policy import Policy
    from streams.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="worker", epilog=_EXAMPLES)(worker)


_EXAMPLES = (
    "Examples:  consentry worker --brokers kafka:9092  |  "
    "CONSENTRY_INSTANCE_ID=worker-1 consentry worker --config consentry.toml"
)


def worker(
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
    json_logs: Annotated[
        bool | None,
        typer.Option(
            "--json-logs/--text-logs", help="By default: text on a terminal, else JSON lines."
        ),
    ] = None,
) -> None:
    """Judge the input topics and write findings and duties.

    Start as many as there are partitions, at most; each takes its share. Stop with
    SIGTERM or Ctrl-C: what was read is finished and committed.

    Exit code: 0 after a stop, 2 when somebody must put something right first (the last
    lines say what), 70 when the worker ended itself to be started again, which loses
    nothing.
    """
    from streams.cli.worker_logs import set_up_logs
    from streams.cli.worker_process import run_worker
    from streams.topics import require_reachable

    settings = read_settings(config, brokers)
    if instance_id is not None:
        settings = settings.model_copy(update={"instance_id": instance_id})
    policy = read_policy(settings)
    require_reachable(settings.connection)
    require_topics(settings)
    set_up_logs(as_json=not sys.stdout.isatty() if json_logs is None else json_logs)
    run_worker(settings, policy, ready_file)


def read_policy(settings: Settings) -> Policy:
    """The policy that the settings name, or the defaults."""
    from streams.core.policy import default_policy

    if settings.policy_file is None:
        return default_policy()
    from streams.policy_file import load_policy

    return load_policy(settings.policy_file)


def require_topics(settings: Settings) -> None:
    """Stop before the group is joined when a topic is missing or has other partitions.

    Raises ConsentryError with the first of them.
    """
    from streams.topics import Check, check_topics

    wrong = [p for p in check_topics(settings) if p.check in (Check.MISSING, Check.PARTITIONS)]
    if wrong:
        more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
        raise ConsentryError(f"{wrong[0].topic}: {wrong[0].what}{more}", wrong[0].mend)
