"""An export is read back as what was stored, and one that was cut or changed is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from streams.errors import ConsentryError
from streams.operate.moving import export
from streams.operate.moving.load import Exports
from streams.transport.tasks.state_owner import owner_of
from streams.wire.arrival import partition_for
from streams.wire.progress import Progress, encode_progress
from streams.wire.rows import encode_row, subject_of
from tests.kafka.stories import stories
from tests.operate.moving.exported import POLICY, exported, key_of, refused_row, rewritten
from tests.policy_effect.stored_bus import SETTINGS, stored_rows

EVENTS = stories(6)
REFUSED = refused_row("subject-2", "r-1")


def read_back(path: Path, count: int) -> list[tuple[bytes, bytes]]:
    """All rows of an export, by the partition that they go to."""
    exports = Exports(count)
    try:
        exports.load(path)
        found = []
        for number in range(count):
            for subject, (key, row) in exports.partition(number):
                assert partition_for(subject, count) == number
                assert subject_of(key) == subject
                found.append((key, encode_row(row)))
        return found
    finally:
        exports.close()


@pytest.mark.parametrize("count", [1, 8])
def test_every_row_comes_back_byte_for_byte(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, count: int
) -> None:
    path = tmp_path / "facts"
    manifest = exported(monkeypatch, EVENTS, path, [REFUSED])
    assert sorted(read_back(path, count)) == sorted([*stored_rows(EVENTS, POLICY), REFUSED])
    assert (sum(manifest.facts.values()), manifest.refused) == (len(EVENTS), 1)
    assert [one.partition for one in manifest.covered] == [0]  # the other one has no state


def test_what_is_left_of_a_person_who_leaves_stays_behind(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path, leaving = tmp_path / "facts", key_of("subject-3")
    progress = Progress(positions={"in": 1}, owner=owner_of(SETTINGS), leaving=leaving)
    exported(monkeypatch, EVENTS, path, row=encode_progress(progress))
    subjects = {subject_of(key) for key, _ in read_back(path, 2)}
    assert leaving not in subjects
    assert len(subjects) == 5


def test_the_ids_are_those_of_the_topics_that_were_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """One that was created again since has positions that mean nothing."""
    progress = Progress(positions={"in": 1}, owner=owner_of(SETTINGS), topic_ids={"in": "one"})
    manifest = exported(monkeypatch, EVENTS, tmp_path / "facts", row=encode_progress(progress))
    assert manifest.topic_ids == {"in": "one"}


def test_topics_of_which_partitions_say_different_ids_have_none() -> None:
    states = [Progress(positions={}, topic_ids={"in": one, "other": "same"}) for one in ("a", "b")]
    assert export._read_ids(states) == {"other": "same"}


def test_an_import_goes_on_behind_a_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "facts"
    exported(monkeypatch, EVENTS, path)
    exports = Exports(1)
    exports.load(path)
    keys = [key for _, (key, _) in exports.partition(0)]
    for place in (0, 2, 7, len(keys) - 1):
        assert [key for _, (key, _) in exports.partition(0, keys[place])] == keys[place + 1 :]
    exports.close()


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-200])


def without_manifest(path: Path) -> None:
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))


def a_line_is_gone(path: Path) -> None:
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[1:]))


def a_line_is_another(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"0-grant", b"0-grunt", 1))


def counted_otherwise(path: Path) -> None:
    rewritten(path, refused=4)


def of_a_later_release(path: Path) -> None:
    rewritten(path, format=2)


def more_behind_it(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"{}\n")


def of_something_else(path: Path) -> None:
    path.write_bytes(b'{"event_id":"secret-1"}\n')


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (cut, "this is no line of an export"),
        (without_manifest, "the manifest is missing"),
        (a_line_is_gone, "counts other lines"),
        (a_line_is_another, "digest"),
        (counted_otherwise, "counts other lines"),
        (of_a_later_release, "later release"),
        (more_behind_it, "behind the manifest"),
        (of_something_else, "line 1: this is no line"),
    ],
)
def test_a_file_that_is_no_whole_export_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, damage: Callable[[Path], None], words: str
) -> None:
    path = tmp_path / "facts"
    exported(monkeypatch, EVENTS, path)
    damage(path)
    with pytest.raises(ConsentryError, match=words) as refused:
        read_back(path, 1)
    assert str(path) in refused.value.problem
    assert "secret" not in refused.value.problem


def test_a_file_is_taken_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "facts"
    exported(monkeypatch, EVENTS, path)
    exports = Exports(1)
    exports.load(path)
    with pytest.raises(ConsentryError, match="same export again"):
        exports.load(path)
    with pytest.raises(ConsentryError, match="No such file"):
        exports.load(tmp_path / "nowhere")
    exports.close()
