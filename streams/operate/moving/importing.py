"""Bringing exported facts into an installation that has none."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

from streams.core.policy import Policy
from streams.errors import ConsentryError
from streams.operate.moving.ends import ends_now
from streams.operate.moving.load import Exports
from streams.operate.moving.start import Start, require_start, same_topics
from streams.operate.moving.writing import Imported, ImportWriter
from streams.settings import Settings
from streams.topics.group_members import require_no_members
from streams.verify.pace import Advance, Pace
from streams.verify.topics import count_partitions, topic_ids


def import_facts(
    settings: Settings,
    policy: Policy,
    files: Sequence[Path],
    *,
    start: Start | None = None,
    advance: Advance | None = None,
) -> Imported:
    """Write the facts of exports into the state of the installation, and what was published.

    `policy` is the one in force: it words findings, and where the exports were judged under
    another one the workers judge the facts again. Raises ConsentryError where the installation
    has a state or members, and where a file is no whole export.
    """
    count = count_partitions(settings)
    require_no_members(settings)
    ids = topic_ids(settings)
    # Before the files are read: that may take hours, and what is written meanwhile is none of theirs.
    ends = {} if start is None else asyncio.run(ends_now(settings, count))
    exports = Exports(count)
    try:
        pace = Pace(advance)
        for path in files:
            pace.expect(_size(path))
        for path in files:
            exports.load(path, pace.did)
        same = same_topics(exports.manifests, _inputs_of(settings, ids))
        require_start(same=same, start=start)
        writer = ImportWriter(settings, policy, exports, ids, pace, start=start, ends=ends)
        return asyncio.run(writer.run(same=same))
    finally:
        exports.close()


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        raise ConsentryError(
            f"{path}: {error.strerror}", "Name a file that `consentry facts export` wrote."
        ) from None


def _inputs_of(settings: Settings, ids: Mapping[str, str]) -> dict[str, str]:
    return {topic: ids[topic] for topic in settings.topics.input_types if topic in ids}
