"""Schema registries with Confluent's REST interface: schemas by id, and what they wrote.

    registry = Registry.of(settings)            # None where no registry_url is set
    await registry.ensure(values)               # asks for ids that are not known yet, and waits
    record = registry.read(value)               # no I/O: a plain record, or WireError

Everything that waits is in `ensure`, so what reads records stays a function of its bytes.
"""

from streams.registry.access import Access
from streams.registry.client import RegistryClient
from streams.registry.faults import RegistryAway
from streams.registry.published import published_ids
from streams.registry.registry import Registry

__all__ = ["Access", "Registry", "RegistryAway", "RegistryClient", "published_ids"]
