"""`consentry demo`: everything once, on this machine, with nothing prepared."""

from __future__ import annotations

from typing import Annotated

import typer

_EXAMPLES = "Examples:  consentry demo  |  consentry demo --fast  |  consentry demo --keep"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="demo", epilog=_EXAMPLES)(demo)


def demo(
    subjects: Annotated[
        int, typer.Option(min=1, help="How many people; from 500 on every code occurs.")
    ] = 500,
    seed: Annotated[int, typer.Option(help="Another seed plays another stream.")] = 1,
    rate: Annotated[float, typer.Option(min=1, help="Records a second.")] = 250.0,
    fast: Annotated[
        bool, typer.Option("--fast", help="Play as fast as possible instead of watchably.")
    ] = False,
    keep: Annotated[
        bool,
        typer.Option("--keep", help="Leave Kafka and the worker running at the end, till Ctrl-C."),
    ] = False,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Kafka's port; 0: any free.")] = 0,
) -> None:
    """Start a real Kafka and a worker, play a webshop's events, and check the findings.

    The stream knows what must be found in it. You see findings as they are raised, and
    taken back when late events explain them; deadlines that pass; duplicates and bad
    records that change nothing. At the end comes the score, and everything is stopped
    and deleted.

    Exit code: 0 with the full score, 1 otherwise, 2 when a part could not be started.
    """
    import signal

    from streams.dev.demo import DemoOptions, run_demo

    # A signal to end, or losing the terminal, is like Ctrl-C: all is stopped in order.
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.default_int_handler)
    options = DemoOptions(
        subjects=subjects, seed=seed, rate=None if fast else rate, keep=keep, port=port
    )
    if not run_demo(options).full:
        raise typer.Exit(1)
