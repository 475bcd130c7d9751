"""Which store the settings give, and what is said when it cannot be had."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from streams.errors import ConsentryError
from streams.settings import Settings
from streams.transport.state.disk.stores import DiskStores
from streams.transport.state.stores import MemoryStores
from streams.transport.wiring import new_stores

DISK = Settings(store="rocksdb", generation=2, instance_id="w1", store_folder=Path("state"))


def test_memory_unless_set_otherwise() -> None:
    assert isinstance(new_stores(Settings()), MemoryStores)
    assert isinstance(new_stores(DISK), DiskStores)


def test_a_folder_for_each_group_and_worker() -> None:
    assert DISK.store_of_worker == Path("state/consentry-v2/w1")
    nameless = DISK.model_copy(update={"instance_id": None, "generation": 1})
    assert nameless.store_of_worker == Path("state/consentry/worker")


def test_without_the_package_the_error_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("streams.transport.state.disk")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "rocksdict", None)
    with pytest.raises(ConsentryError, match="rocksdict") as refused:
        new_stores(DISK)
    assert "pip install rocksdict" in refused.value.remedy
    assert isinstance(new_stores(Settings()), MemoryStores), "which needs no package"
