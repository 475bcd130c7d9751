"""`consentry partitions grow` as a process that is killed in the midst of writing."""

from __future__ import annotations

from collections.abc import Sequence

from tests.kafka.processes import COMMAND


def killed_growth(words: Sequence[str], commit: int) -> str:
    """A program that runs the command, and is killed before so many transactions are through."""
    return f"""
import os, signal, sys
from streams.operate.moving import writing
commit, done = writing._commit, []
async def deadly(*given):
    done.append(given)
    if len(done) == {commit}:
        os.kill(os.getpid(), signal.SIGKILL)
    await commit(*given)
writing._commit = deadly
sys.argv[1:] = {[*words]!r}
{COMMAND}
"""
