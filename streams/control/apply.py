"""Putting a policy in force after somebody looked at what it changes."""

from __future__ import annotations

from typing import Final

from streams.control.in_force import written_now
from streams.control.log import ControlLog, PolicyInForce
from streams.control.record import ControlRecord, encode, record_of
from streams.control.write import append, require_fits
from streams.core.policy import Policy
from streams.errors import ConsentryError
from streams.policy_file import PolicyText, policy_of
from streams.settings import Settings

_HIGH: Final = 999_999_999
"""A number of as many digits as any."""


def require_writable(
    settings: Settings, policy: PolicyText, *, who: str, why: str, ticket: str | None
) -> None:
    """Check before anything long is done that a record can be made of it.

    Raises ConsentryError for a reason that says nothing, and for a policy that is too large.
    """
    draft = record_of(
        policy,
        _HIGH,
        version=policy_of(policy, "the policy to be applied").version,
        who=who,
        why=why,
        ticket=ticket,
        written_at=written_now(),
    )
    require_fits(settings, encode(draft)[1])


async def apply_policy(
    settings: Settings,
    policy: PolicyText,
    *,
    who: str,
    why: str,
    ticket: str | None,
    after: int,
) -> ControlRecord:
    """Write a policy as the next of the log, if the log still ends with the number `after`.

    Raises ConsentryError where another policy came into force since, where this one is in force
    already, and as `append` does. Then nothing was written.
    """
    loaded = policy_of(policy, "the policy to be applied")

    def make(log: ControlLog) -> ControlRecord:
        if log.sequence != after:
            last = log.entries[-1].record if log.entries else None
            by = "" if last is None else f" by {last.who}"
            raise ConsentryError(
                f"policy {log.sequence} was applied{by} since you looked (then it was {after}); "
                "nothing was written",
                "Look at `consentry policy history`, then apply again.",
            )
        in_force = log.in_force()
        if in_force is not None:
            require_change(in_force, loaded)
        return record_of(
            policy,
            log.sequence + 1,
            version=loaded.version,
            who=who,
            why=why,
            ticket=ticket,
            written_at=written_now(),
        )

    written = await append(settings, make)
    assert written is not None, "a record is made or an error raised"
    return written


def require_change(in_force: PolicyInForce, policy: Policy) -> None:
    """Raises ConsentryError for a policy that is in force already, under the same version.

    Before there is a log, the policy of the file may be written to it.
    """
    same = (in_force.digest, in_force.version) == (policy.digest, policy.version)
    if in_force.sequence and same:
        raise ConsentryError(
            f"{policy.version} is in force already, as policy {in_force.sequence}",
            "There is nothing to apply: the settings, the registers and the version are the same.",
        )
