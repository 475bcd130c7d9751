"""Where paths of the settings file are seen from: its folder, whichever table they stand in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import get_args

from pydantic import BaseModel


def from_file(file: Path, path: str) -> Path:
    """A path that stands in the settings file; an absolute one stays what it is.

    Paths of variables and of the command line are seen from the working directory, as by any
    command, and do not come here.
    """
    return file.parent / path


def with_paths(
    values: Mapping[str, object], model: type[BaseModel], file: Path
) -> dict[str, object]:
    """The values of a table, with all that its model takes as a path seen from the file.

    What is no text, or no list of texts, is left to the model, which refuses it.
    """
    fields = model.model_fields
    return {
        key: _seen(file, value) if key in fields and _holds_path(fields[key].annotation) else value
        for key, value in values.items()
    }


def _seen(file: Path, value: object) -> object:
    if isinstance(value, str) and value:
        return str(from_file(file, value))
    if isinstance(value, list):
        return [_seen(file, one) for one in value]
    return value


def _holds_path(annotation: object) -> bool:
    return annotation is Path or any(map(_holds_path, get_args(annotation)))
