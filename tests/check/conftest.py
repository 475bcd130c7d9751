"""What tests of reports share."""

from __future__ import annotations

from pathlib import Path

import pytest

from streams.check.result import Result
from tests.check.events import grant, lines, share, withdrawal
from tests.check.report_page import EVIL, result_of


@pytest.fixture
def result(tmp_path: Path) -> Result:
    return result_of(
        lines(
            grant("grant-1"),
            share("share-before"),
            withdrawal("taken-back"),
            share("share-after", occurred_at="2026-09-01T12:00:00Z", protection="HASHED"),
            share(EVIL, subject_id="s2", recipient_id=f'"{EVIL}&', source_system=EVIL),
            share("us", subject_id="s3", recipient_country="US"),
        )
        + b"{broken\n"
        + lines(share("x", lia_ref="jan.jansen@example.nl")),
        tmp_path,
    )
