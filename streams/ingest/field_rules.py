"""How a field of an event is made, as a map says it, and the actions that it is set on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from streams.core.vocabulary import ConsentAction
from streams.ingest.paths import SourcePath
from streams.ingest.templates import Template
from streams.ingest.words import Verdictless

NEGATIVE: Final = frozenset(ConsentAction) - {ConsentAction.GRANTED}
GRANTED: Final = frozenset({ConsentAction.GRANTED})

GRANT_FIELDS: Final = frozenset(
    {
        "consent_id", "consent_method", "notice_version", "evidence_ref", "separate_act",
        "bundled_with_terms", "condition_of_service", "age_band", "under_guardianship",
        "guardian_consent", "guardian_evidence_ref", "verified_contact", "expires_at",
        "replaces_consent_id", "data_categories",
    }
)  # fmt: skip
"""Fields that are set on grants only, unless the map says `on`. A negative signal that lost
one of them is wider, never narrower."""
NEGATIVE_FIELDS: Final = frozenset({"actor", "via"})


Read = Callable[[Any], Any]
"""From a value that is there to the field's own. Raises Stopped where it is none of the field's."""


@dataclass(frozen=True)
class FieldRule:
    """How one field is made: a `constant`, or of what stands at `sources` or in a `template`.

    A value is read by its `words`, else by `read`, which takes the whole text of a template;
    where none stands at the source, that of the `fallback` is, by `read_fallback`. With
    `of_names` the sources are objects whose names are looked up, all together. Where nothing is
    found, the item ends by `absent`, or as rejected, unless the field is `optional`.
    """

    name: str
    on: frozenset[ConsentAction]
    is_list: bool = False
    constant: Any = None
    template: Template | None = None
    sources: tuple[SourcePath, ...] = ()
    read: Read | None = None
    fallback: SourcePath | None = None
    read_fallback: Read | None = None
    words: Mapping[str, Any] = field(default_factory=dict)
    optional: bool = False
    absent: Verdictless | None = None
    of_names: bool = False

    @property
    def paths(self) -> tuple[SourcePath, ...]:
        """What it reads."""
        if self.template is not None:
            return self.template.paths
        return self.sources if self.fallback is None else (*self.sources, self.fallback)

    @property
    def of_record(self) -> bool:
        """Whether the record has to be read for it."""
        return self.template is not None or bool(self.sources)


def actions_of(name: str) -> frozenset[ConsentAction]:
    """The actions on which a field of a consent change is set, unless the map says `on`."""
    if name in GRANT_FIELDS:
        return GRANTED
    return NEGATIVE if name in NEGATIVE_FIELDS else frozenset(ConsentAction)
