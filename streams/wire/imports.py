"""What a state says of the export that it was made from."""

from __future__ import annotations

import msgspec


class Import(msgspec.Struct, frozen=True, array_like=True):
    """Facts that were written into an empty partition number, row by row in the order of keys.

    `digest` names the exports (SHA-256, hexadecimal). All rows up to the key `after` are
    written; `through`: all of them are, and the partition may be judged. `ends` are where the topics
    ended as the import began, by partition number; empty once it is through, in rows of earlier
    releases, and where the exports say where to go on.
    """

    digest: str
    after: bytes = b""
    through: bool = False
    ends: dict[str, tuple[int, ...]] = {}
