"""The compiled C, if there is one that was made of the sources that are here.

It is taken only for the very Python that it was compiled for, while every source is, byte for
byte, the one that was compiled, and not at all where the environment says CONSENTRY_PURE=1.
"""

from __future__ import annotations

import json
import os
from hashlib import sha256
from importlib.machinery import EXTENSION_SUFFIXES, ExtensionFileLoader
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any, Final

from streams.compiled import FOLDER, PURE

SOURCE: Final = Path(__file__).with_name("source")
NAME: Final = "streams.native._native"
FILE: Final = FOLDER / f"{NAME}{EXTENSION_SUFFIXES[0]}"
STAMP: Final = FOLDER / "native.json"
"""The digest of each source by its name, as it was compiled."""


def sources(folder: Path | None = None) -> list[Path]:
    """The sources that are compiled, headers included, by name."""
    folder = folder or SOURCE
    return sorted([*folder.glob("*.c"), *folder.glob("*.h")])


def stamp() -> dict[str, object]:
    """What is written beside a library that is compiled of the sources as they are now."""
    digests = {path.name: sha256(path.read_bytes()).hexdigest() for path in sources()}
    return {"for": EXTENSION_SUFFIXES[0], "sources": digests}


def current() -> bool:
    """Whether what was compiled is of the sources as they are."""
    try:
        whole: bool = json.loads(STAMP.read_bytes()) == stamp()
    except (OSError, ValueError):
        return False
    return whole and FILE.exists()


def load(file: Path) -> Any:
    """A library by its file. Raises ImportError for one that does not run here."""
    spec = spec_from_file_location(NAME, file, loader=ExtensionFileLoader(NAME, str(file)))
    if spec is None or spec.loader is None:
        raise ImportError(f"{file} is no library")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _own() -> Any:
    if os.environ.get(PURE) or not current():
        return None
    try:
        return load(FILE)
    except ImportError:
        return None


LIBRARY: Final[Any] = _own()
"""The C of this process (`_native.pyi` says what is in it), or None: plain Python runs."""
