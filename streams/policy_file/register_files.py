"""Where the entries of a register are: inline, or in a CSV or JSON file beside the policy file."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from streams.policy_file.places import PolicyPlace, Problems
from streams.settings.text import read_text, text_fault
from streams.settings.toml_text import can_be_shown


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
    except (OSError, UnicodeDecodeError) as error:
        problems.add(place, f"the file cannot be read: {text_fault(error)}", str(path))
        return []
    except ValueError:
        problems.add(place, "no file can have this name", str(path))
        return []
    within = PolicyPlace(str(path))
    if path.suffix.lower() == ".json":
        try:
            content = json.loads(text, object_pairs_hook=_keys_once)
        except _TwiceError as error:
            problems.add(within, f"an entry has the key {error} twice; keep one")
            return []
        except (ValueError, RecursionError) as error:
            at = getattr(error, "lineno", None)
            problems.add(PolicyPlace(str(path), fixed_line=at), "not JSON that can be read")
            return []
        if not can_be_shown(content):
            problems.add(within, "not JSON that can be read")
            return []
        if not isinstance(content, list):
            problems.add(within, "allowed: a JSON array of entries")
            return []
        return list(_objects(content, within, problems))
    if path.suffix.lower() == ".csv":
        return list(_rows(text, within, problems))
    problems.add(place, "allowed: the path of a .csv or .json file", str(path))
    return []


class _TwiceError(Exception):
    """A key that one object has twice."""


def _keys_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _TwiceError(_twice(name for name, _ in pairs))
    return found


def _twice(names: Iterable[str]) -> str | None:
    """A name that comes more than once."""
    return next((name for name, count in Counter(names).items() if count > 1), None)


def _rows(
    text: str, within: PolicyPlace, problems: Problems
) -> Iterator[tuple[Mapping[str, Any], PolicyPlace]]:
    """Rows below a header; empty cells say nothing. Comma or semicolon, by the header."""
    header = text.partition("\n")[0]
    delimiter = ";" if header.count(";") else ","
    # Strict: a quotation mark that is not closed would take the rows below it into its cell.
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    names: list[str] | None = None
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if not any(cells):
                continue
            place = PolicyPlace(within.file, fixed_line=reader.line_num)
            if names is None:
                names = cells
                twice = _twice(name for name in names if name)
                if twice is not None:
                    problems.add(place, f"the header has the column {twice} twice; keep one")
                    return
                continue
            if len(cells) > len(names):
                problems.add(place, f"{len(cells)} cells under a header of {len(names)}")
                continue
            yield {n: c for n, c in zip(names, cells, strict=False) if c}, place
    except csv.Error as error:
        problems.add(PolicyPlace(within.file, fixed_line=reader.line_num), f"not CSV: {error}")
        return
    if names is None:
        problems.add(within, "the header is missing; an empty register has a header alone")
