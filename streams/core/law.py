"""Instants at which the law changed, each with its source (legal model 0, 2, 4.2).

Calendar boundaries in law are midnights in Europe/Amsterdam, written here in UTC.
"""

from __future__ import annotations

from streams.core.instants import Duration, days, parse_instant

LAW_VERSION = "2026-11-28"
"""Status date of the law that the rules and texts express."""

RULE_VERSION = "2"
"""Version of the rules; raised when the same facts can give another verdict or other texts."""

GDPR_APPLIES = parse_instant("2018-05-24T22:00:00.000Z")
"""25 May 2018, GDPR 99(2): earlier shares and messages are not assessed."""

TELEPHONE_OPT_IN = parse_instant("2021-06-30T22:00:00.000Z")
"""1 July 2021, Stb. 2021, 103: before it human calls were opt-out and are not assessed."""

TELEPHONE_EXCEPTION_ENDED = parse_instant("2026-06-30T22:00:00.000Z")
"""1 July 2026, Stb. 2025, 12: the customer exception of Tw 11.7(4) leaves human calls."""

UAVG_5_REVISED = parse_instant("2026-08-31T22:00:00.000Z")
"""1 September 2026, Stb. 2026, 154: UAVG 5 as it reads now."""

FUTURE_TOLERANCE = Duration(5 * 60_000)
"""How far an event may run ahead of its record before Q04 (legal model 4.6)."""

SOFT_OPT_IN_MAX_AGE = days(1096)
"""Three years of 365 or 366 days; self-regulation (Code Telemarketing), no statute (P9)."""
