"""Whether our index template applies to what a sink writes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

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
    client: HttpClient, base: str, headers: Mapping[str, str], target: str, form: str
) -> SinkCheck:
    """Ask for the mapping of an index or data stream, or for what one of that name would get.

    Ours types the number of the revision. `base` is the URL up to the port; nothing is changed.
    """
    what = f"an index template for {form} applies to {target}"
    name = quote(target, safe="")
    try:
        reply = await client.ask("GET", f"{base}/{name}/_mapping", headers=headers)
        known = [_at(one, "mappings") for _, one in sorted(reply.json().items())]
        if not reply.ok or not known:
            # OpenSearch simulates nothing for a data stream that is there.
            url = f"{base}/_index_template/_simulate_index/{name}"
            reply = await client.ask("POST", url, headers=headers)
            known = [_at(reply.json(), "template", "mappings")]
    except SinkDown as down:
        return SinkCheck(what=what, ok=False, answer=down.problem)
    if not reply.ok:
        return SinkCheck(what=what, ok=False, answer=phrase(reply.status))
    first, last = _REVISION[form]
    # Of a data stream, the newest backing index: what is written goes there.
    ok = _at(known[-1], "properties", first, "properties", last).get("type") == "long"
    missing = (
        "none; put that of integrations/elastic/ in place, and name the index as it says, or "
        "fields get types by guess"
    )
    return SinkCheck(what=what, ok=ok, answer="ours" if ok else missing)


def _at(value: Any, *names: str) -> dict[str, Any]:
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}
