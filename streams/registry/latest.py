"""The latest schema of a subject, for tools that look at schemas and read no records."""

from __future__ import annotations

from streams.errors import ConsentryError
from streams.registry.access import Access
from streams.registry.client import Registered, RegistryClient
from streams.registry.faults import RegistryAway, UnreadableSchema
from streams.registry.patience import Patience
from streams.registry.registry import DEEPEST, follow
from streams.settings import Settings

_TRIES = 3


async def latest_schema(
    settings: Settings, subject: str
) -> tuple[Registered, dict[str, Registered]]:
    """The schema, and those that it refers to by name, deepest first.

    Raises ConsentryError where no registry is set, where it has no such subject, and
    UnreachableError where it does not answer.
    """
    access = Access.of(settings)
    if access is None:
        raise ConsentryError(
            "registry_url is not set, so there is no schema to ask for", "Set registry_url."
        )
    patience = Patience(access.url, _TRIES)
    while True:
        try:
            async with RegistryClient(access) as client:
                found = await client.latest(subject)
                if found is None:
                    raise ConsentryError(
                        f"the schema registry {access.url} has no subject {subject}",
                        "Subjects are most often named after their topic, with -value behind it.",
                    )
                parts: dict[str, Registered] = {}
                await follow(client, found, parts, DEEPEST)
                return found, parts
        except RegistryAway as away:
            await patience.wait(away, subject)
        except UnreadableSchema as error:
            raise ConsentryError(
                f"the latest schema of {subject} cannot be read: {error.reason}",
                "Look at its references.",
            ) from None
