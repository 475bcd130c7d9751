"""Whether our index template applies to what a sink writes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from streams.sinks.contract import SinkCheck, SinkDown
from streams.sinks.http_client import HttpClient, phrase

_REVISION: Final = {
    "ecs": ("event", "sequence"),
    "flat": ("consentry", "revision"),
    "ocsf": ("metadata", "sequence"),
}
"""The field by which our template for a format is known: without one it is no `long`, or is named
in no other format's template."""


async def check_template(
    client: HttpClient, url: str, headers: Mapping[str, str], target: str, form: str
) -> SinkCheck:
    """Ask what an index of that name would get; our template types the number of the revision.

    `url` is the one of the simulation, which changes nothing.
    """
    what = f"an index template for {form} applies to {target}"
    try:
        reply = await client.ask("POST", url, headers=headers)
    except SinkDown as down:
        return SinkCheck(what=what, ok=False, answer=down.problem)
    if not reply.ok:
        return SinkCheck(what=what, ok=False, answer=phrase(reply.status))
    first, last = _REVISION[form]
    mapped = _at(reply.json(), "template", "mappings", "properties", first, "properties", last)
    ok = mapped.get("type") == "long"
    missing = (
        "none; put that of integrations/elastic/ in place, and name the index as it says, or "
        "fields get types by guess"
    )
    return SinkCheck(what=what, ok=ok, answer="ours" if ok else missing)


def _at(value: Any, *names: str) -> dict[str, Any]:
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}
