"""Settings of the health endpoints and the watchdog."""

from __future__ import annotations

from streams.settings.fields import SettingsGroup, setting


class HealthSettings(SettingsGroup):
    """Where a worker says how it is, and when it counts as stalled."""

    health_address: str = setting(
        "127.0.0.1",
        "Address at which a worker answers `/live`, `/ready` and `/metrics`, without a login: 0.0.0.0 only "
        "where nobody but the supervisor reaches it, as in a pod.",
        "an IP address of this machine",
        min_length=1,
    )
    health_port: int = setting(
        8077,
        "Port of the same. When it was not set and is taken, as by a second worker on one "
        "machine, the worker warns and goes on without. 0 takes any free port, which the "
        "log names; -1 answers nowhere.",
        "-1 to 65535",
        ge=-1,
        le=65_535,
    )
    stall_after_s: float = setting(
        60.0,
        "A worker is no longer live when it has records to judge and commits none of them "
        "for so long.",
        "5 to 86400",
        ge=5,
        le=86_400,
    )
