"""The hot modules as machine code, where they were compiled, in place of their sources.

`make setup` compiles the modules of `HOT` with mypyc into `streams/_compiled`; the source is
the same, and so is what it does. They are taken only while every one of these sources is,
byte for byte, the one that was compiled, for the very Python that runs, and not at all
where the environment says CONSENTRY_PURE=1: so a changed source is never hidden.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from hashlib import sha256
from importlib.machinery import EXTENSION_SUFFIXES, ExtensionFileLoader, ModuleSpec
from importlib.util import spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Final

PACKAGE: Final = Path(__file__).parent
FOLDER: Final = PACKAGE / "_compiled"
SOURCES: Final = FOLDER / "sources.json"
"""The digest of each source by the name of its module, as it was compiled."""

SHARED: Final = "consentry_hot__mypyc"
"""The library that all compiled modules share; the name follows from mypyc's group name."""

PURE: Final = "CONSENTRY_PURE"

HOT: Final = (
    "streams.agents.assumed",
    "streams.agents.judged_batch",
    "streams.agents.limit",
    "streams.agents.once",
    "streams.agents.output_encoder",
    "streams.agents.record_run",
    "streams.agents.short_way",
    "streams.agents.subject_cache",
    "streams.check.engine",
    "streams.check.gather",
    "streams.check.judged_subject",
    "streams.check.names",
    "streams.check.undecoded",
    "streams.core.affected",
    "streams.core.affected_by_grant",
    "streams.core.citations",
    "streams.core.consent_index",
    "streams.core.deadlines",
    "streams.core.decision",
    "streams.core.due",
    "streams.core.event_hash",
    "streams.core.event_kinds",
    "streams.core.finding_index",
    "streams.core.given_again",
    "streams.core.grant_group",
    "streams.core.grant_places",
    "streams.core.identifiers",
    "streams.core.indexes",
    "streams.core.judge",
    "streams.core.ledger",
    "streams.core.left_out",
    "streams.core.policy.policy",
    "streams.core.policy.register_index",
    "streams.core.queries.grants",
    "streams.core.queries.indexed",
    "streams.core.queries.nearest",
    "streams.core.queries.sales",
    "streams.core.queries.signals",
    "streams.core.reach",
    "streams.core.reassess",
    "streams.core.records",
    "streams.core.render",
    "streams.core.revise",
    "streams.core.row_origin",
    "streams.core.rules.assess",
    "streams.core.rules.capture",
    "streams.core.rules.consent_scope",
    "streams.core.rules.consent_validity",
    "streams.core.rules.coverage",
    "streams.core.rules.duties",
    "streams.core.rules.message_basis",
    "streams.core.rules.message_extras",
    "streams.core.rules.message_target",
    "streams.core.rules.share_basis",
    "streams.core.rules.share_extras",
    "streams.core.rules.share_roles",
    "streams.core.rules.soft_opt_in",
    "streams.core.sale_index",
    "streams.core.signal_index",
    "streams.core.signals",
    "streams.core.spans",
    "streams.core.subject",
    "streams.core.subject_history",
    "streams.core.subject_record",
    "streams.core.targets",
    "streams.core.texts.worded",
    "streams.core.timeline",
    "streams.measures.assumption_counts",
    "streams.transport.fetch.weight",
    "streams.transport.state.memory",
    "streams.transport.state.row_loading",
    "streams.wire.avro_flat",
    "streams.wire.avro_texts",
    "streams.wire.canonical",
    "streams.wire.columns",
    "streams.wire.decode",
    "streams.wire.guard",
    "streams.wire.jsonl",
    "streams.wire.murmur2",
    "streams.wire.avro_fast_path",
    "streams.wire.fast_facts",
    "streams.wire.pii",
    "streams.wire.row_glances",
    "streams.wire.row_keys",
    "streams.wire.rows",
    "streams.wire.skip",
    "streams.wire.validate",
)
"""What an event passes through, without the vocabularies and value types, which gain nothing.

mypyc makes a list of what a generator expression gives before anything is taken from it: nothing is
here that keeps within its memory by one (`streams.check.facts`).
"""


def source_of(module: str) -> Path:
    """Where the source of a module of this package stands."""
    return PACKAGE.joinpath(*module.split(".")[1:]).with_suffix(".py")


def digests() -> dict[str, str]:
    """The digest of each source as it stands now."""
    return {module: sha256(source_of(module).read_bytes()).hexdigest() for module in HOT}


def usable() -> bool:
    """Whether the compiled modules stand for the sources that are here, and are wanted."""
    if os.environ.get(PURE):
        return False
    try:
        compiled = json.loads(SOURCES.read_bytes())
        whole: bool = compiled == {"for": EXTENSION_SUFFIXES[0], "sources": digests()}
    except (OSError, ValueError):
        return False
    return whole


def active() -> bool:
    """Whether this process runs the compiled modules."""
    return any(isinstance(finder, _Finder) for finder in sys.meta_path)


def install() -> None:
    """Let the compiled modules be found before their sources, if they are usable."""
    if not active() and usable():
        sys.meta_path.insert(0, _Finder())


class _Finder:
    """Finds the compiled modules, all of them or none: they call each other directly."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        """Where a module is; None for any that is not compiled."""
        del path, target
        if fullname not in HOT and fullname != SHARED:
            return None
        file = FOLDER / f"{fullname}{EXTENSION_SUFFIXES[0]}"
        return spec_from_file_location(
            fullname, file, loader=ExtensionFileLoader(fullname, str(file))
        )
