"""Whether our index template applies to what a sink writes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from streams.sinks.contract import SinkCheck, SinkDown
from streams.sinks.http_client import HttpClient, phrase


async def check_template(
    client: HttpClient, url: str, headers: Mapping[str, str], target: str
) -> SinkCheck:
    """Ask what an index of that name would get; our template types the field `consentry.revision`.

    `url` is the one of the simulation, which changes nothing.
    """
    what = f"an index template applies to {target}"
    try:
        reply = await client.ask("POST", url, headers=headers)
    except SinkDown as down:
        return SinkCheck(what=what, ok=False, answer=down.problem)
    if not reply.ok:
        return SinkCheck(what=what, ok=False, answer=phrase(reply.status))
    mapped = _at(reply.json(), "template", "mappings", "properties", "consentry", "properties")
    ok = _at(mapped, "revision").get("type") == "long"
    missing = "none; put integrations/elastic/ in place, or fields get types by guess"
    return SinkCheck(what=what, ok=ok, answer="ours" if ok else missing)


def _at(value: Any, *names: str) -> dict[str, Any]:
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}
