"""The policy of a worker: read before it judges, and followed while it runs."""

from __future__ import annotations

import asyncio
from functools import partial
from socket import gethostname
from typing import TYPE_CHECKING

from streams.control.follow import ControlFollower
from streams.control.in_force import Given, begin, report_other_file
from streams.control.read import read_log
from streams.transport.client_errors import fail
from streams.transport.tasks.judging_basis import JudgingBasis

if TYPE_CHECKING:
    from streams.app import ConsentryApp
    from streams.control.log import ControlLog, PolicyInForce
    from streams.settings import Settings


async def read_policies(settings: Settings, given: Given) -> ControlLog:
    """The log of policies, read to its end before anything is judged."""
    try:
        return await begin(settings, given, f"worker {settings.instance_id or gethostname()}")
    except BaseException as error:
        fail(error, "reading the policy")
        raise


def app_under_policy(settings: Settings, given: Given, policies: ControlLog) -> ConsentryApp:
    """The app, which judges by the policy in force."""
    from streams.app import build_app

    try:
        in_force = policies.in_force()
        assert in_force is not None, "a worker begins with a policy"
        report_other_file(settings, given, in_force)
    except BaseException as error:
        fail(error, "reading the policy")
        raise
    app = build_app(settings, JudgingBasis(in_force.policy, in_force.sequence, in_force.since))
    app.latest_policy = partial(_latest, settings)
    return app


async def _latest(settings: Settings) -> PolicyInForce | None:
    return (await read_log(settings, last_only=True)).in_force()


async def follow_policies(app: ConsentryApp, policies: ControlLog) -> None:
    """Give the app each policy that comes, until cancelled; an error ends the process."""
    try:
        await ControlFollower(app.settings, policies, app.policy_changed).run()
    except asyncio.CancelledError:
        raise
    except BaseException as error:  # noqa: BLE001 - whatever it is ends the process
        fail(error, "following the policy")
