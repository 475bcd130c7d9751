"""Where the entries of a register are: inline, or in a CSV or JSON file beside the policy file."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from streams.policy_file.places import PolicyPlace, Problems
from streams.policy_file.text import read_text


def entries_of(
    given: object, place: PolicyPlace, problems: Problems, folder: Path
) -> list[tuple[Mapping[str, Any], PolicyPlace]]:
    """The entries of a register, each with its place; relative paths start at `folder`.

    What is wrong goes to `problems`.
    """
    if isinstance(given, str):
        return _from_file(folder / given, place, problems)
    if isinstance(given, list):
        return list(_objects(given, place, problems))
    problems.add(place, "allowed: a list of entries, or the path of a CSV or JSON file", given)
    return []


def _objects(
    given: list[Any], place: PolicyPlace, problems: Problems
) -> Iterator[tuple[Mapping[str, Any], PolicyPlace]]:
    for index, entry in enumerate(given):
        if isinstance(entry, Mapping):
            yield entry, place.child(index)
        else:
            problems.add(place.child(index), "allowed: an entry with keys", entry)


def _from_file(
    path: Path, place: PolicyPlace, problems: Problems
) -> list[tuple[Mapping[str, Any], PolicyPlace]]:
    try:
        text = read_text(path)
    except OSError as error:
        problems.add(place, f"the file cannot be read: {error.strerror}", str(path))
        return []
    except UnicodeDecodeError:
        problems.add(place, "the file is not UTF-8", str(path))
        return []
    within = PolicyPlace(str(path))
    if path.suffix.lower() == ".json":
        try:
            content = json.loads(text)
        except (json.JSONDecodeError, RecursionError) as error:
            at = getattr(error, "lineno", None)
            problems.add(PolicyPlace(str(path), fixed_line=at), "not JSON that can be read")
            return []
        if not isinstance(content, list):
            problems.add(within, "allowed: a JSON array of entries")
            return []
        return list(_objects(content, within, problems))
    if path.suffix.lower() == ".csv":
        return list(_rows(text, within, problems))
    problems.add(place, "allowed: the path of a .csv or .json file", str(path))
    return []


def _rows(
    text: str, within: PolicyPlace, problems: Problems
) -> Iterator[tuple[Mapping[str, Any], PolicyPlace]]:
    """Rows below a header; empty cells say nothing. Comma or semicolon, by the header."""
    header = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text), delimiter=";" if header.count(";") else ",")
    names: list[str] | None = None
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if not any(cells):
                continue
            if names is None:
                names = cells
                continue
            place = PolicyPlace(within.file, fixed_line=reader.line_num)
            if len(cells) > len(names):
                problems.add(place, f"{len(cells)} cells under a header of {len(names)}")
                continue
            yield {n: c for n, c in zip(names, cells, strict=False) if c}, place
    except csv.Error as error:
        problems.add(PolicyPlace(within.file, fixed_line=reader.line_num), f"not CSV: {error}")
