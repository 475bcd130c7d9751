"""The second reading shares no code with the first: it would share its mistakes."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

HERE = Path(__file__).parent
READING = ["consents", "duties", "evaluator", "facts", "messages", "sales", "shares", "signals"]


@pytest.mark.parametrize("name", READING)
def test_no_module_of_it_imports_the_product(name: str) -> None:
    tree = ast.parse((HERE / f"{name}.py").read_text())
    imported = [
        module
        for node in ast.walk(tree)
        for module in (
            [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else []
        )
    ]
    theirs = {f"tests.oracle.{other}" for other in READING}
    ours = [m for m in imported if m.split(".")[0] in {"streams", "tests"} and m not in theirs]
    assert imported
    assert not ours
