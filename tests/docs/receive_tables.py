"""Rewrite the generated parts of docs/receive.md: python -m tests.docs.receive_tables."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from streams.receive.options import ReceiveOptions, SourceOptions
from streams.receive.sources import SCHEMES
from tests.docs import generated
from tests.docs.sink_tables import key_table

PAGE: Final = Path(__file__).parents[2] / "docs" / "receive.md"

_SHARED: Final = set(SourceOptions.model_fields)


def parts() -> dict[str, str]:
    """Each generated part by name."""
    found = {
        "keys of the server": key_table(ReceiveOptions, ReceiveOptions.model_fields),
        "keys of all sources": key_table(SourceOptions, _SHARED - {"scheme"}),
    }
    for scheme, model in SCHEMES.items():
        own = {
            key
            for key, field in model.model_fields.items()
            if key not in _SHARED or field.default != SourceOptions.model_fields[key].default
        }
        if own - {"scheme"}:
            found[f"keys of {scheme}"] = key_table(model, own - {"scheme"})
    return found


def with_parts(text: str) -> str:
    """The page with its generated parts as the code makes them now."""
    return generated.with_parts(
        text, parts(), page="docs/receive.md", maker="tests.docs.receive_tables"
    )


if __name__ == "__main__":
    PAGE.write_text(with_parts(PAGE.read_text("utf-8")), "utf-8")
