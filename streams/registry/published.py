"""The ids of the schemas with which findings and duties are written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from streams.errors import ConsentryError
from streams.registry.access import Access
from streams.registry.client import RegistryClient
from streams.registry.faults import RegistryAway
from streams.registry.patience import Patience
from streams.settings import Settings
from streams.wire.schemas import DUTY, FINDING, schemas

REGISTRY_FORMAT: Final = "avro-registry"


async def published_ids(
    settings: Settings, *, tries: int | None = None
) -> Mapping[str, int] | None:
    """By the name of the schema, or None where `output_format` needs none.

    A subject is named after its topic, `consentry.violations-value`. Registers what is
    missing only with `registry_auto_register`. Waits while the registry does not answer;
    raises UnreachableError after `tries`, and ConsentryError where a subject or its schema is
    missing or refused.
    """
    access = Access.of(settings)
    if settings.output_format != REGISTRY_FORMAT or access is None:
        return None
    patience = Patience(access.url, tries)
    subjects = {
        FINDING: f"{settings.topics.violations}-value",
        DUTY: f"{settings.topics.duties}-value",
    }
    while True:
        try:
            async with RegistryClient(access) as client:
                found = {
                    name: await _id(client, access, name, subject, settings)
                    for name, subject in subjects.items()
                }
        except RegistryAway as away:
            await patience.wait(away, *subjects.values())
            continue
        patience.answered()
        return found


async def _id(
    client: RegistryClient, access: Access, name: str, subject: str, settings: Settings
) -> int:
    text = json.dumps(schemas().current[name].source, ensure_ascii=False, separators=(",", ":"))
    found = await client.id_of(subject, text)
    if found is None and settings.registry_auto_register:
        found = await client.register(subject, text)
    if found is None:
        raise ConsentryError(
            f"the schema registry {access.url} has no subject {subject} with the schema of this "
            f"release (schemas/{name}.avsc), and registry_auto_register is off",
            f"Register schemas/{name}.avsc at that subject, or set registry_auto_register = true.",
        )
    if found >= 1 << (8 * access.id_bytes - 1):
        raise ConsentryError(
            f"the schema registry {access.url} gave the subject {subject} the id {found}, which "
            f"{access.id_bytes} bytes do not hold",
            "Set registry_id_bytes = 8, and have the readers expect as many.",
        )
    return found
