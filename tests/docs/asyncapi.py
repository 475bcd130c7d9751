"""Rewrite schemas/asyncapi.json: python -m tests.docs.asyncapi."""

from __future__ import annotations

import json
from pathlib import Path

import streams
from streams.settings import Settings
from streams.topics.asyncapi import Document, asyncapi
from streams.wire.schemas import schemas

FILE = Path(__file__).parents[2] / "schemas" / "asyncapi.json"


def document() -> Document:
    """The document with the defaults."""
    sources = {name: schema.source for name, schema in schemas().current.items()}
    return asyncapi(Settings(), sources, streams.__version__)


def text() -> str:
    """As it stands in the file."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), "utf-8")
