"""How the subjects of records were found: ready in memory, or built again from their rows."""

from __future__ import annotations


class SubjectLookups:
    """Counts of one process. A subject of whom nothing is stored yet is in neither.

    Where many are `rebuilt`, more people come than are kept ready (`live_subjects`,
    `live_subjects_max_bytes`), and an event costs several times as much.
    """

    def __init__(self) -> None:
        self.ready = 0
        self.rebuilt = 0
