"""Options of `consentry deliver` that belong together."""

from __future__ import annotations

from pathlib import Path

import pytest

from streams.cli.main import main


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--again"], "--again needs --from"),
        (["--closed-days", "5"], "--closed-days needs --from state --again"),
        (["--closed-days", "5", "--from", "state"], "--closed-days needs --from state --again"),
        (["--closed-days", "5", "--from", "now", "--again"], "--closed-days needs --from state"),
    ],
)
def test_an_option_that_would_do_nothing_is_refused(
    words: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "consentry.toml"
    config.write_text('[sinks.a]\ntype = "file"\npath = "x"\n')
    assert main(["deliver", "--config", str(config), *words]) == 2
    assert said in capsys.readouterr().err
