"""A wheel holds what is compiled, and is one of plain Python only where nobody asked for more."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from streams import compiled
from streams.dev.wheel import WANTED, CompiledModules
from streams.native import library

ROOT = Path(__file__).parents[2]


def built(version: str = "standard") -> dict[str, Any]:
    """What the hook makes of hatchling's data for a wheel."""
    hook = CompiledModules(str(ROOT), {}, None, None, "", "wheel")  # type: ignore[arg-type]
    data: dict[str, Any] = {"force_include": {}, "pure_python": True, "infer_tag": False}
    hook.initialize(version, data)
    return data


PLAIN = {"force_include": {}, "pure_python": True, "infer_tag": False}


@pytest.fixture
def whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "usable", lambda: True)
    monkeypatch.setattr(library, "current", lambda: True)


@pytest.mark.usefixtures("whole")
def test_what_is_compiled_goes_in_for_this_platform() -> None:
    assert built() == {
        "force_include": {str(ROOT / "streams" / "_compiled"): "streams/_compiled"},
        "pure_python": False,
        "infer_tag": True,
    }


@pytest.mark.usefixtures("whole")
def test_one_that_points_to_the_sources_holds_nothing() -> None:
    assert built("editable") == PLAIN


@pytest.mark.usefixtures("whole")
@pytest.mark.parametrize("lacking", [(compiled, "usable"), (library, "current")])
def test_what_is_of_other_sources_stays_out(
    lacking: tuple[Any, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(*lacking, lambda: False)
    assert built() == PLAIN
    monkeypatch.setenv(WANTED, "1")
    with pytest.raises(RuntimeError, match=r"python -m streams\.dev\.compile"):
        built()
