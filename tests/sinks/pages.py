"""The page that somebody on call gets for 10,000 bad shares: python -m tests.sinks.pages

writes `golden/` again. Read the difference before it is committed, as somebody who was asleep.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from streams.alerts.alert import Alert
from streams.alerts.policy import AlertPolicy
from streams.sinks.alert_fields import alert_object
from streams.sinks.alertmanager import AlertmanagerOptions, AlertmanagerSink
from streams.sinks.apprise import texts
from streams.sinks.pagerduty import PagerDutyOptions, PagerDutySink
from streams.sinks.slack import slack_message
from tests.alerts.building import ALL, policy, retracted
from tests.alerts.floods import at, flood

FOLDER: Final = Path(__file__).parent / "golden"


def _policy(language: str) -> AlertPolicy:
    table = {"language": language, "runbook_url": "https://wiki.example.org/consentry"}
    return policy(ALL | table, gather_s=5, **table)


@cache
def ten_thousand() -> dict[str, Alert]:
    """10,000 shares in 294 seconds: the first page, the one of the tenfold, the resolve."""
    alerts = _policy("en")
    sent = [one for _, one in flood(alerts, count=10_000, seconds=294)]
    for number in range(10_000):
        alerts.take(retracted(number, reason="LATE_EVIDENCE"), at(600))
    return dict(zip(("first", "tenfold", "resolved"), [*sent, *alerts.on_their_way], strict=True))


@cache
def other_pages() -> dict[str, Alert]:
    """The first page of the same, in Dutch, and with 400 recipients."""
    found = {}
    for name, language, recipients in (("nl", "nl", 1), ("400 recipients", "en", 400)):
        sent = flood(_policy(language), count=170, seconds=5, recipients=recipients)
        found[f"first, {name}"] = sent[0][1]
    return found


def _pagerduty(alert: Alert) -> str:
    options = {"type": "pagerduty", "routing_key": "a" * 32}
    sink = PagerDutySink(TypeAdapter(PagerDutyOptions).validate_python(options))
    events = sink._events(alert)
    event = events[-1]
    lines = [event["payload"]["summary"]]
    lines += [f"{name}: {value}" for name, value in event["payload"]["custom_details"].items()]
    lines += [link["href"] for link in event["links"]]
    keys = ", ".join(one["dedup_key"] for one in events)
    return "\n".join([*lines, "", f"({event['event_action']} {keys})"])


def _slack(alert: Alert) -> str:
    lines = []
    for block in slack_message(alert)["blocks"]:
        texts = [*block.get("fields", []), *([block["text"]] if "text" in block else [])]
        lines += [one["text"] for one in texts]
    return "\n".join(lines)


def _alertmanager(alert: Alert) -> str:
    options = {"type": "alertmanager", "url": "http://127.0.0.1:9093"}
    sink = AlertmanagerSink(TypeAdapter(AlertmanagerOptions).validate_python(options))
    made = sink._alert(alert, alert.growth, at(600))
    notes: dict[str, str] = made["annotations"]
    lines = [notes.pop("summary"), notes.pop("description")]
    lines += [f"{name}: {value}" for name, value in notes.items()]
    labels = ", ".join(f"{name}={value}" for name, value in made["labels"].items())
    return "\n".join([*lines, "", f"(from {made['startsAt']}: {labels})"])


def _apprise(alert: Alert) -> str:
    return "\n".join(texts(alert))


def _webhook(alert: Alert) -> str:
    return json.dumps(alert_object(alert), indent=1, ensure_ascii=False, default=str)


TARGETS: Final[dict[str, Callable[[Alert], str]]] = {
    "pagerduty": _pagerduty,
    "slack": _slack,
    "alertmanager": _alertmanager,
    "apprise": _apprise,
    "webhook": _webhook,
}
"""What a person reads at each target, without what only programs look at."""


def pages(target: str) -> dict[str, str]:
    """Every page of a target by what it reports."""
    alerts = ten_thousand() | other_pages()
    return {name: TARGETS[target](alert) for name, alert in alerts.items()}


def golden(target: str) -> str:
    """The text of a golden file as the code makes it now."""
    return "".join(f"# {name}\n{page}\n\n" for name, page in pages(target).items())


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for target in TARGETS:
        (FOLDER / f"page.{target}.txt").write_text(golden(target), "utf-8")
