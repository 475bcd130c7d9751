"""Splunk's saved searches from the Sigma rules: by when Splunk indexed an event, newest revision first.

Each run looks at the five minutes of index time that end a minute before it; runs are continuous
(`realtime_schedule = 0`), so that what a busy or stopped search head missed is run later.
"""

from __future__ import annotations

import re
from typing import Final

from sigma.backends.splunk.splunk import SplunkBackend
from sigma.correlations import SigmaCorrelationRule
from sigma.rule import SigmaRule

from tests.integrations.queries import EVERY, MADE, alerting, collections

SOURCE: Final = "sourcetype=consentry:flat"
LABEL_ONLY: Final = 'NOT (consentry.step="revised" consentry.finality="FINAL")'
"""A revision that only says that nothing changes any more hides the one before it otherwise."""

NEWEST: Final = "sort 0 - consentry.revision | dedup consentry.id"
RUN_MINUTES: Final = 5
LAG_MINUTES: Final = 1
"""Events of the last minute may not be searchable yet."""

OPEN_LIST: Final = f"""[Consentry - Open Findings And Duties]
description = What is open now, whenever it came: the list to work from
search = {SOURCE} | {NEWEST} | search consentry.open=true
dispatch.earliest_time = 0
dispatch.latest_time = +1d
"""


def made() -> str:
    """The file."""
    parts = [f"# {MADE}\n", OPEN_LIST, _closed()]
    return "\n".join([*parts, *(_alert(rules[-1], query) for rules, query in _queries())])


def window(minutes: int) -> str:
    """The part of a search that bounds the time of indexing."""
    return f"_index_earliest=-{minutes + LAG_MINUTES}m@m _index_latest=-{LAG_MINUTES}m@m"


def _queries() -> list[tuple[list[SigmaRule | SigmaCorrelationRule], str]]:
    backend = SplunkBackend()
    return [
        ([alerting(rules)], backend.convert(rules)[-1].replace("\n", " "))
        for rules in collections().values()
    ]


def _alert(rule: SigmaRule | SigmaCorrelationRule, query: str) -> str:
    if isinstance(rule, SigmaCorrelationRule):
        search, by, period = _counting(query), "consentry.recipient_id", "1h"
    else:
        search = f"{SOURCE} {window(RUN_MINUTES)} {LABEL_ONLY} | {NEWEST} | search {query}"
        # A finding that is raised again is a matter of its own each time.
        again = "consentry.step" in query.partition("NOT")[0]
        by = "consentry.id,consentry.revision" if again else "consentry.id,consentry.code"
        period = "30d"
    return _scheduled(str(rule.title), str(rule.description), search) + (
        "alert.track = 1\n"
        f"alert.severity = {5 if str(rule.level) == 'critical' else 4}\n"
        "alert.suppress = 1\n"
        f"alert.suppress.fields = {by}\n"
        f"alert.suppress.period = {period}\n"
    )


def _counting(query: str) -> str:
    """The window of the count is that of the run: an hour of index time, each finding once."""
    one, counted = re.sub(
        r"\|\s*bin _time span=1h\s*\|\s*stats count as event_count by _time ",
        "| dedup consentry.id | stats count as event_count by ",
        query,
    ).split("|", 1)
    return f"{SOURCE} {window(60)} {one.strip()} |{counted}"


def _closed() -> str:
    """What was closed: alerts of Splunk stay as they are, so somebody has to be informed."""
    search = f"{SOURCE} {window(RUN_MINUTES)} | {NEWEST} | search consentry.open=false"
    description = (
        "Findings and duties that were closed; close what was made of them, by consentry.id"
    )
    return _scheduled("Findings And Duties Closed", description, search) + (
        "alert.track = 1\nalert.severity = 1\nalert.suppress = 1\n"
        "alert.suppress.fields = consentry.id,consentry.revision\nalert.suppress.period = 30d\n"
    )


def _scheduled(title: str, description: str, search: str) -> str:
    return (
        f"[Consentry - {title}]\n"
        f"description = {description}\n"
        f"search = {search}\n"
        f"cron_schedule = {EVERY}\n"
        "realtime_schedule = 0\n"
        # An event may be months old when it comes, and a clock of the bus a little ahead.
        "dispatch.earliest_time = 0\n"
        "dispatch.latest_time = +1d\n"
        "enableSched = 1\n"
        "counttype = number of events\n"
        "relation = greater than\n"
        "quantity = 0\n"
        "alert.digest_mode = 0\n"
    )
