"""A database on disk that another process has open, and a folder that cannot be made."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from streams.errors import ConsentryError
from streams.transport import process_exit
from streams.transport.state.disk import stores
from streams.transport.state.disk.database import DISTRUST
from streams.transport.state.disk.stores import DiskStores
from tests.transport.disk import MEMORY, WANTED, folder, opened
from tests.transport.producers import Ended, exits

__all__ = ["exits", "folder"]

HOLDS = """
import sys
from pathlib import Path
from tests.transport.disk import opened
rows = opened(Path(sys.argv[1]))
print("open", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def holder(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that has the database open."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        yield process
        process.kill()


async def identity() -> str:
    return WANTED.topic_id


def test_one_that_another_process_has_open_is_an_error_that_says_so(
    folder: Path,
    holder: subprocess.Popen[str],
    monkeypatch: pytest.MonkeyPatch,
    exits: list[int],
) -> None:
    monkeypatch.setattr(stores, "LOCKED_FOR_S", 0.2)
    several = DiskStores(folder, MEMORY, "log", identity)
    with capture_logs() as lines, pytest.raises(Ended):
        asyncio.run(several.open([0], 1))
    assert "another process uses" in lines[-1]["reason"]
    assert "instance_id" in lines[-1]["reason"]
    (folder / "0" / DISTRUST).touch()
    with pytest.raises(Ended):
        asyncio.run(several.open([0], 1))
    assert exits == [process_exit.CRASHED] * 2, "it may be about to end"
    assert list((folder / "0").glob("*.sst")), "it is not made again under who uses it"


def test_one_that_is_let_go_of_meanwhile_is_waited_for(
    folder: Path, holder: subprocess.Popen[str]
) -> None:
    async def run() -> None:
        opening = asyncio.create_task(DiskStores(folder, MEMORY, "log", identity).open([0], 1))
        await asyncio.sleep(0)
        assert not opening.done()
        holder.kill()
        opened = await opening
        assert opened[0].position == 2
        opened[0].close()

    asyncio.run(run())


def test_a_folder_that_cannot_be_made_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConsentryError, match="file/0: ") as refused:
        opened(tmp_path / "file")
    assert "store_folder" in refused.value.remedy
