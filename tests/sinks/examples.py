"""The examples of sinks in README and docs/sinks.md, as a reader would copy them."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any, Final

from streams.sinks.contract import Sink
from streams.sinks.kinds import KINDS
from tests.sinks.benches import SECRET
from tests.sinks.people_receivers import PagerDutyReceiver
from tests.sinks.siem_receivers import HecReceiver

ROOT: Final = Path(__file__).parents[2]
PAGES: Final = ("README.md", "docs/sinks.md")
SECRETS: Final = {
    "token": HecReceiver.token,
    "api_key": "key",
    "secret": SECRET,
    "routing_key": PagerDutyReceiver.key,
    "client_secret": "x",
    "sasl_password": "x",
}
ELSEWHERE: Final = ("ca_file",)
"""What names a file of the reader's host, beside secrets."""


def examples(page: str) -> dict[str, dict[str, Any]]:
    """The tables `[sinks.NAME]` of a page by name."""
    found: dict[str, dict[str, Any]] = {}
    for block in re.findall(r"```toml\n(.*?)```", (ROOT / page).read_text("utf-8"), re.DOTALL):
        found |= tomllib.loads(block).get("sinks", {})
    return found


def every() -> dict[str, dict[str, Any]]:
    """Those of all pages, by page and name."""
    return {f"{page} {name}": one for page in PAGES for name, one in examples(page).items()}


def of_type(kind: str) -> dict[str, dict[str, Any]]:
    """Those of one kind."""
    return {name: one for name, one in every().items() if one["type"] == kind}


def opened(table: dict[str, Any], **here: Any) -> Sink[Any]:
    """The sink of an example; `here` is what leads to this host instead of the example's."""
    model = KINDS[table["type"]]
    given = {key: value for key, value in table.items() if key not in ELSEWHERE}
    for key in model.secrets():
        if given.pop(f"{key}_file", None) is not None:
            given[key] = here.pop(key, None) or SECRETS[key]
    return model.model_validate(given | here).open()
