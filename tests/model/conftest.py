"""How much the model played is part of the result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.model.play import played

if TYPE_CHECKING:
    import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line when worlds were played."""
    if played.total():
        published = ", ".join(f"{count:,} {what}" for what, count in played.items())
        terminalreporter.write_line(f"model: {published}")
