"""`consentry policy show`: every setting as it is in force."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from streams.cli.options import Brokers, Config, Json, read_settings
from streams.errors import ConsentryError
from streams.terminal.out import say, say_json, say_parts

if TYPE_CHECKING:
    from streams.control.log import ControlEntry
    from streams.core.instants import Instant
    from streams.core.policy import Policy
    from streams.policy_file import ShownSetting

EXAMPLES = (
    "Examples:  consentry policy show  |  consentry policy show --sequence 3  |  "
    "consentry policy show policy.toml --at 2026-07-01T00:00:00+02:00 --json"
)


def show(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FILE]", help="Policy file; left out: the policy in force.", show_default=False
        ),
    ] = None,
    sequence: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="N",
            help="The policy of this number, as `policy history` lists them.",
            show_default=False,
        ),
    ] = None,
    defaults: Annotated[
        bool, typer.Option("--defaults", help="The recommended defaults; no Kafka is asked.")
    ] = False,
    at: Annotated[
        str,
        typer.Option(metavar="INSTANT", help="The settings in force at this instant, or now."),
    ] = "now",
    brokers: Brokers = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Show every setting of the policy in force: value, unit, source, and since when it holds.

    Without FILE and --defaults it is read from the topic of policies; before there is one there,
    the file that the settings name is shown.

    Exit code: 0, or 2 when there is no such policy or it cannot be read.
    """
    from streams.cli.instants import read_clock
    from streams.core.policy import default_policy
    from streams.policy_file import load_policy, shown_settings

    instant = read_clock(at, "--at")
    assert instant is not None
    if sum((file is not None, sequence is not None, defaults)) > 1:
        raise ConsentryError("FILE, --sequence and --defaults exclude each other", "Name one.")
    entry = None
    if defaults:
        policy = default_policy()
    elif file is not None:
        policy = load_policy(file)
    else:
        entry, policy = _of_log(config, brokers, sequence)
    settings = shown_settings(policy, instant)
    if as_json:
        say_json(_as_json(policy, settings, instant) | {"record": _record(entry)})
    else:
        _say_record(entry)
        _print(policy, settings, instant)


def _of_log(
    config: Path | None, brokers: str | None, sequence: int | None
) -> tuple[ControlEntry | None, Policy]:
    """The entry of a number, or the one in force; before there is one, the file's policy."""
    from streams.control.in_force import file_policy
    from streams.control.read import read_control

    settings = read_settings(config, brokers)
    log = read_control(settings)
    entry = log.last if sequence is None else log.entry(sequence)
    if entry is None:
        return None, file_policy(settings)
    return entry, entry.in_force().policy


def _record(entry: ControlEntry | None) -> dict[str, Any] | None:
    from streams.core.instants import format_instant

    if entry is None:
        return None
    record = entry.record
    return {
        "sequence": record.sequence,
        "in_force_since": format_instant(entry.at),
        "who": record.who,
        "why": record.why,
        "ticket": record.ticket,
    }


def _say_record(entry: ControlEntry | None) -> None:
    from streams.core.instants import format_instant

    if entry is None:
        return
    record = entry.record
    say(
        f"Policy {record.sequence}, in force from {format_instant(entry.at)}, by {record.who}: "
        f"{record.why}"
    )


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
