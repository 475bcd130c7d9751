"""What an installation of before had judged when its facts moved into the one that is played."""

from __future__ import annotations

from dataclasses import dataclass, field

from streams.core.findings import Duty, Finding
from streams.core.identifiers import SubjectKey
from tests.model.commanding import Ordered
from tests.model.traffic import Sent


@dataclass
class Carried:
    """Nothing, in an installation that began with its inputs."""

    sent: list[Sent] = field(default_factory=list)
    """The records that it had judged, refused ones too."""

    waiting: list[Sent] = field(default_factory=list)
    """Those that it had read; what it had sent home and not judged there goes on with the topics."""

    erased: dict[SubjectKey, Ordered] = field(default_factory=dict)
    """The last erasure of each person."""

    said: dict[str, Finding | Duty] = field(default_factory=dict)
    """What it had published and not taken away, by id."""

    going: set[str] = field(default_factory=set)
    """What of that is of persons whose erasure was begun, and need not go on."""

    resent: set[bytes] = field(default_factory=set)
    """Places of re-keyed records that waited, of which an interrupted tool may send two copies."""

    unnumbered: set[str] = field(default_factory=set)
    """Findings about records alone, which go on where the topics of records do."""
