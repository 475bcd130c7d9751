"""Options that several commands share, and how settings come of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from streams.terminal.out import say, warn

if TYPE_CHECKING:
    from streams.settings import Settings

Brokers = Annotated[
    str | None,
    typer.Option(
        "--brokers",
        metavar="HOST:PORT[,...]",
        help="Kafka to use, instead of CONSENTRY_BROKERS.",
        show_default=False,
    ),
]

Config = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        help="TOML file with settings, instead of the one that CONSENTRY_CONFIG names.",
        show_default=False,
    ),
]

Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FILE", help="Standard output by default."),
]

Json = Annotated[
    bool, typer.Option("--json", help="Print JSON for programs instead of text for people.")
]


def read_settings(
    config: Path | None = None,
    brokers: str | None = None,
    *,
    instance_id: str | None = None,
    asks_kafka: bool = True,
) -> Settings:
    """The settings for a command; warns on stderr of variables that mean nothing.

    Without `asks_kafka` no credentials are needed. Raises ConsentryError with everything
    that is wrong with them.
    """
    from streams.settings import load_settings, unknown_variables
    from streams.settings.environment import kubernetes_variables, similar_variable

    for name in unknown_variables():
        warn(f"{name} is no setting of Consentry{similar_variable(name)}")
    made = kubernetes_variables()
    if made:
        others = f" and {len(made) - 1} more are" if len(made) > 1 else " is"
        say(
            f"note: {made[0]}{others} ignored: Kubernetes makes such variables of the name of "
            "a Service (enableServiceLinks: false in the pod leaves them out)",
            err=True,
        )
    given = {"brokers": brokers, "instance_id": instance_id}
    return load_settings(config, given, asks_kafka=asks_kafka)
