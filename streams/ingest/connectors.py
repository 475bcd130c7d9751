"""The ready connectors that come with the package, and where a map stands.

They lie in `connectors/` beside the package in a checkout and in `streams/_connectors` in an
installed one.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from streams.errors import ConsentryError
from streams.ingest.load import FILE_NAME


def connector_folder() -> Path:
    """The folder of all ready connectors. Raises ConsentryError where the package is not whole."""
    package = Path(__file__).parents[1]
    for folder in (package / "_connectors", package.parent / "connectors"):
        if folder.is_dir():
            return folder
    raise ConsentryError("the connectors are missing", "Install the package again.")


def connector_names() -> list[str]:
    """The names of the ready connectors, sorted."""
    return sorted(file.parent.name for file in connector_folder().glob(f"*/{FILE_NAME}"))


def find_map(named: str) -> Path:
    """A map by its file, by the folder of a `map.toml`, or by the name of a ready connector."""
    path = Path(named)
    if path.exists():
        return path
    if named in connector_names():
        return connector_folder() / named
    raise ConsentryError(
        f"there is no map {named}",
        f"Give a folder with {FILE_NAME}, or a ready connector: {', '.join(connector_names())}.",
    )


def copy_connector(name: str, target: Path) -> None:
    """Copy a ready connector, to fill in its tables. Raises ConsentryError where one is there."""
    if name not in connector_names():
        raise ConsentryError(
            f"there is no ready connector {name}", f"There are {', '.join(connector_names())}."
        )
    if target.exists():
        raise ConsentryError(f"{target} is there already", "Name a folder that is not there yet.")
    shutil.copytree(connector_folder() / name, target)
