"""`consentry alerts`: who would be notified of what, and what became of everything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from streams.cli.options import Config, Json, read_settings
from streams.terminal.out import say, say_json, warn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from streams.alerts.account import Accounting
    from streams.alerts.options import AlertOptions
    from streams.core.instants import Instant
    from streams.core.vocabulary import Severity

_CHECK_EXAMPLES = (
    "Examples:  consentry alerts check  |  consentry alerts check NO_CONSENT --recipient ADNET  |  "
    "consentry alerts check S02 --at 2026-11-28T01:00:00Z"
)
_STATS_EXAMPLES = "Examples:  consentry alerts stats  |  consentry alerts stats --port 8078 --json"


def register(app: typer.Typer) -> None:
    """Add `alerts check` and `alerts stats`."""
    alerts = typer.Typer(
        name="alerts",
        help="Explain the alert policy of the settings file, and show what became of alerts.",
        no_args_is_help=True,
    )
    alerts.command("check", epilog=_CHECK_EXAMPLES)(check)
    alerts.command("stats", epilog=_STATS_EXAMPLES)(stats)
    app.add_typer(alerts)


def check(
    what: Annotated[
        str | None,
        typer.Argument(
            metavar="[CODE|NUMBER]",
            help="A code or its number; all codes by default.",
            show_default=False,
        ),
    ] = None,
    recipient: Annotated[
        str | None,
        typer.Option("--recipient", metavar="ID", help="As of findings about this recipient."),
    ] = None,
    severity: Annotated[
        str | None,
        typer.Option(
            "--severity", help="As of findings of this severity, instead of the code's own."
        ),
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(
            "--at", metavar="INSTANT", help="As at this instant, for waivers and quiet hours."
        ),
    ] = "now",
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Read the table [alerts], and say which route findings take and who is notified.

    Exit code: 0 when the table can be used, 2 when not.
    """
    from streams.cli.explain_code import find_code
    from streams.cli.instants import read_clock
    from streams.core.codes import CODES
    from streams.core.vocabulary import Severity
    from streams.delivery.alert_options import read_alert_options
    from streams.errors import ConsentryError
    from streams.sinks.load import configured

    read_settings(config, asks_kafka=False)
    sinks = configured(config)
    options = read_alert_options(config, sinks=sinks)
    now = read_clock(at, "--at")
    assert now is not None
    code = None if what is None else find_code(what)
    if what is not None and code is None:
        raise ConsentryError(
            f"there is no code {what!r}", "`consentry explain --list` names all codes."
        )
    weight = None if severity is None else severity.upper()
    if weight is not None and weight not in set(Severity):
        raise ConsentryError(
            f"there is no severity {severity!r}", f"They are: {', '.join(Severity)}."
        )
    rows = [
        _row(options, one.name, Severity(weight) if weight else one.severity, recipient, now)
        for one in (CODES.values() if code is None else [code])
    ]
    people = [name for name, sink in sinks.items() if sink.takes == "alerts"]
    unnamed = [name for name in people if name not in options.sink_names()]
    expired = [waiver.reason for waiver in options.waivers if waiver.expires_at <= now]
    if as_json:
        say_json({"routes": rows, "sinks_without_route": unnamed, "expired_waivers": expired})
        return
    for row in rows:
        say(_line(row))
    for name in unnamed:
        warn(f"no route names the sink {name}: it gets nothing")
    for reason in expired:
        warn(f"a waiver has expired: {reason}")


def stats(
    address: Annotated[
        str | None,
        typer.Option(help="Of the deliverer, instead of health_address.", show_default=False),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=65535,
            help="Of the deliverer, instead of health_port.",
            show_default=False,
        ),
    ] = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Ask a running deliverer what became of everything that was to be sent.

    For each sink: raised = delivered + grouped + muted + dead-lettered + pending. Counts
    go on over restarts; they stand with the state of the sink.

    Exit code: 0 when every equation holds, 1 when one does not, 2 when nobody answers.
    """
    from streams.delivery.alert_account import ask_accounts

    settings = read_settings(config, asks_kafka=False)
    accounts = ask_accounts(
        address or settings.health_address, settings.health_port if port is None else port
    )
    if as_json:
        say_json({"sinks": {name: _account(one) for name, one in accounts.items()}})
    else:
        _show(accounts)
    if not all(one.balanced for one in accounts.values()):
        raise typer.Exit(1)


def _row(
    options: AlertOptions, code: str, severity: Severity, recipient: str | None, now: Instant
) -> dict[str, Any]:
    from streams.alerts.hours import is_quiet, local_text

    route = options.route(severity, code, recipient)
    waiver = options.waiver(code, recipient, now)
    quiet = is_quiet(options, now) and severity not in options.quiet_passes
    return {
        "code": code,
        "severity": severity.value,
        "recipient": recipient,
        "route": None if route is None else route.name,
        "sinks": [] if route is None else list(route.sinks),
        "hold_down_s": 0.0 if route is None else route.hold_down_s,
        "quiet_now": quiet,
        "waiver": None
        if waiver is None
        else {
            "reason": waiver.reason,
            "owner": waiver.owner,
            "until": local_text(options.time_zone, waiver.expires_at),
            "muted": route is not None and route.waived == "mute",
        },
    }


def _line(row: dict[str, Any]) -> str:
    """One row for people."""
    head = f"{row['severity']:<10}  {row['code']:<36}"
    if not row["sinks"]:
        why = "no route" if row["route"] is None else f"route {row['route']}"
        return f"{head}  nobody is notified ({why})"
    extras = []
    if row["hold_down_s"]:
        extras.append(f"PROVISIONAL waits {row['hold_down_s']:g} s")
    if row["quiet_now"]:
        extras.append("held back now: quiet hours")
    waiver = row["waiver"]
    if waiver:
        how = "muted" if waiver["muted"] else "shown as waived"
        extras.append(
            f"{how} until {waiver['until']}: {waiver['reason']} (owner {waiver['owner']})"
        )
    more = f"; {'; '.join(extras)}" if extras else ""
    return f"{head}  {', '.join(row['sinks'])} (route {row['route']}){more}"


def _account(account: Accounting) -> dict[str, Any]:
    return {
        "raised": account.raised,
        "delivered": account.delivered,
        "grouped": account.grouped,
        "muted": sum(account.muted.values()),
        "dead_lettered": account.dead_lettered,
        "pending": account.pending,
        "muted_by_reason": account.muted,
        "forgotten": account.forgotten,
        "balanced": account.balanced,
    }


def _show(accounts: Mapping[str, Accounting]) -> None:
    if not accounts:
        say("This deliverer has no sink for people now; another one may.")
    for name, account in accounts.items():
        one = _account(account)
        sign = "=" if account.balanced else "≠"
        say(
            f"{name}: raised {one['raised']} {sign} {one['delivered']} delivered + "
            f"{one['grouped']} grouped + {one['muted']} muted + {one['dead_lettered']} "
            f"dead-lettered + {one['pending']} pending"
        )
        for reason, count in sorted(account.muted.items()):
            say(f"  muted, {reason.replace('_', ' ')}: {count}")
        if account.forgotten:
            say(f"  forgotten while open: {account.forgotten} (remembered_max, retention_s)")
        if not account.balanced:
            say(
                f"  it does not balance: {account.raised - account.accounted} unaccounted for; "
                "please report this with the log of the deliverer",
                err=True,
            )
