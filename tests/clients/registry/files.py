"""Apicurio Registry and its Java deserializer: `python -m tests.clients.registry.files`.

`files.txt` names the distribution of the registry first, then the jars of the deserializer with
what they need.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tests.clients.maven import PinnedFiles

APICURIO: Final = PinnedFiles(
    name="registry",
    title="Apicurio Registry",
    listed=Path(__file__).with_name("files.txt"),
    megabytes=190,
    required="CONSENTRY_REQUIRE_REGISTRY",
)

pins = APICURIO.pins
registry_files = APICURIO.there
missing = APICURIO.missing

if __name__ == "__main__":
    APICURIO.fetch()
