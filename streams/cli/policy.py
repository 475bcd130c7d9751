"""`consentry policy`: check a policy file, show what is in force."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from streams.cli.options import Json
from streams.terminal.out import say, say_json, say_parts

if TYPE_CHECKING:
    from streams.core.instants import Instant
    from streams.core.policy import Policy
    from streams.policy_file import ShownSetting


def register(app: typer.Typer) -> None:
    """Add `policy check` and `policy show`."""
    policy = typer.Typer(
        name="policy",
        help="Check the policy file, and show the settings and registers in force.",
        no_args_is_help=True,
    )
    policy.command("check", epilog=_CHECK_EXAMPLES)(check)
    policy.command("show", epilog=_SHOW_EXAMPLES)(show)
    app.add_typer(policy)


_CHECK_EXAMPLES = (
    "Examples:  consentry policy check policy.toml  |  "
    "consentry policy check policy.toml --against running.toml"
)
_SHOW_EXAMPLES = (
    "Examples:  consentry policy show  |  "
    "consentry policy show policy.toml --at 2026-07-01T00:00:00+02:00 --json"
)

PolicyFile = Annotated[
    Path, typer.Argument(metavar="FILE", help="Policy file (TOML).", show_default=False)
]


def check(
    file: PolicyFile,
    against: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="The policy that a worker runs under now: says whether the past differs.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Check a policy file and its registers, and say everything that is wrong.

    With --against it also says whether events of the past would be judged otherwise: a
    worker then refuses its stored verdicts, and the inputs must be replayed into a new
    generation.

    Exit code: 0 when the file can be used, 1 when it can but its past differs, 2 when it
    cannot be used.
    """
    from streams.cli.instants import read_clock
    from streams.policy_file import load_policy

    policy = load_policy(file)
    registers = policy.registers
    say(
        f"{file} is sound: policy {policy.version}, {len(policy.entries)} settings, "
        f"{len(registers.recipients)} recipients, {len(registers.notices)} notices, "
        f"{len(registers.adequacy)} adequacy decisions"
    )
    if against is None:
        return
    now = read_clock("now")
    assert now is not None
    if load_policy(against).past_digest(now) == policy.past_digest(now):
        say(f"Events up to now are judged as under {against}: a worker can go on with it.")
        return
    say(
        f"Events up to now are judged otherwise than under {against}: a worker refuses its "
        "stored verdicts. Raise CONSENTRY_GENERATION to judge the inputs again, or let the "
        "change begin at a time to come."
    )
    raise typer.Exit(1)


def show(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FILE]", help="Policy file; left out: the defaults.", show_default=False
        ),
    ] = None,
    at: Annotated[
        str,
        typer.Option(metavar="INSTANT", help="The settings in force at this instant, or now."),
    ] = "now",
    as_json: Json = False,
) -> None:
    """Show every setting: number, value, unit, source, and since when it holds."""
    from streams.cli.instants import read_clock
    from streams.core.policy import default_policy
    from streams.policy_file import load_policy, shown_settings

    instant = read_clock(at, "--at")
    assert instant is not None
    policy = default_policy() if file is None else load_policy(file)
    settings = shown_settings(policy, instant)
    if as_json:
        say_json(_as_json(policy, settings, instant))
    else:
        _print(policy, settings, instant)


def _as_json(policy: Policy, settings: list[ShownSetting], at: Instant) -> dict[str, Any]:
    import msgspec

    from streams.core.instants import format_instant
    from streams.core.policy import RESERVED

    def text(instant: Instant | None) -> str | None:
        return None if instant is None else format_instant(instant)

    return {
        "version": policy.version,
        "digest": policy.digest,
        "law_version": policy.law_version,
        "at": text(at),
        "assess_from": text(policy.assess_from),
        "settings": [
            msgspec.to_builtins(setting)
            | {"since": text(setting.since), "next_from": text(setting.next_from)}
            for setting in settings
        ],
        "reserved": [{"number": number, "name": name} for number, name in RESERVED.items()],
        "registers": {
            "recipients": len(policy.registers.recipients),
            "notices": len(policy.registers.notices),
            "adequacy": len(policy.registers.adequacy),
        },
    }


def _print(policy: Policy, settings: list[ShownSetting], at: Instant) -> None:
    from streams.core.instants import format_instant
    from streams.core.policy import RESERVED

    say(f"Policy {policy.version} at {format_instant(at)}, law {policy.law_version}")
    say()
    for setting in settings:
        since = "" if setting.given else "  (default)"
        if setting.since is not None:
            since = f"  (since {format_instant(setting.since)})"
        if setting.next_from is not None:
            since += f"  (until {format_instant(setting.next_from)})"
        head = f"{setting.number:<4} {setting.name} = {_text(setting.value)}"
        say_parts((head, True), (since, False))
        say(f"     {setting.question}. Unit: {setting.unit}.")
        say(f"     Source: {setting.source}")
    registers = policy.registers
    say()
    say(
        f"P22  registers: {len(registers.recipients)} recipients, {len(registers.notices)} "
        f"notices, {len(registers.adequacy)} adequacy decisions"
    )
    say(f"Assessed from {format_instant(policy.assess_from)}")
    say(f"Reserved, without effect: {', '.join(RESERVED)}")


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        usual = max(value.values(), key=list(value.values()).count)
        others = [f"{name} {text}" for name, text in value.items() if text != usual]
        return ", ".join([*others, f"{'others ' if others else ''}{usual}"])
    if isinstance(value, list):
        return "; ".join(", ".join(group) for group in value) or "none"
    return str(value)
