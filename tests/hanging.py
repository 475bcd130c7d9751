"""A plugin of pytest: tests that hang are ended and named, whatever they hang in.

pytest-timeout raises an exception in the test, by a signal. That does not end one that hangs in
compiled code, which sees no signals, nor one whose cleaning up then waits for ever. So a while
later the process ends, and prints where it was; pytest-xdist starts another one for the tests that
are left. A run that is ended from outside says in which tests it was.
"""

from __future__ import annotations

import faulthandler
import os
import signal
from collections.abc import Iterator
from typing import Final

import pytest

SETTING: Final = "ended_after_s"
_STDERR: Final = pytest.StashKey[int]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """How long a test whose time is over may take to clean up, in seconds."""
    parser.addini(
        SETTING, "seconds after its timeout until a test's process is ended", default="120"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Keep the true standard error, and say on SIGTERM which test it ends."""
    capture = config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        stderr = config.stash[_STDERR] = os.dup(2)

    def ended(number: int, _frame: object) -> None:
        test = os.environ.get("PYTEST_CURRENT_TEST", "no test")
        os.write(stderr, f"ended from outside in {test}\n".encode())
        signal.signal(number, signal.SIG_DFL)
        signal.raise_signal(number)

    signal.signal(signal.SIGTERM, ended)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """End the process with exit code 1 where a test goes on long after its timeout."""
    marked = item.get_closest_marker("timeout")
    config = item.config
    given = marked.args[0] if marked else config.getoption("timeout") or config.getini("timeout")
    limit = float(given) + float(config.getini(SETTING))
    faulthandler.dump_traceback_later(limit, file=config.stash[_STDERR], exit=True)
    try:
        return (yield)
    finally:
        faulthandler.cancel_dump_traceback_later()
