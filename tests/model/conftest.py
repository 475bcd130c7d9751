"""What tests of the model share; how much it played is part of the result."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.model.play import played
from tests.model.staging import staged


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line when worlds were played."""
    if played.total():
        published = ", ".join(f"{count:,} {what}" for what, count in played.items())
        terminalreporter.write_line(f"model: {published}")


@pytest.fixture
def patch() -> Iterator[pytest.MonkeyPatch]:
    """Within it worlds can be played, and safeguards taken out."""
    with staged() as patch:
        yield patch
