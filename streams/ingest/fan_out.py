"""Taking a record apart: each item of a list, or member of an object, in turn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from streams.ingest.paths import ITEM, NAME, NUMBER, OUTER, Getter, Scope, type_name


class AbsentListError(Exception):
    """What `each` names is not there, or is something else."""

    def __init__(self, path: str, found: str) -> None:
        super().__init__(path)
        self.path = path
        self.found = found


def walk(
    scope: Scope, levels: Sequence[tuple[Getter, str, bool]], before: str = ""
) -> Iterator[None]:
    """Set item, name, number and outer of the scope for each item in turn."""
    get, text, is_object = levels[0]
    holder: Any = get(scope)
    kind: Any = dict if is_object else list
    if type(holder) is not kind:
        wanted = "object" if is_object else "list"
        found = "absent" if holder is None else f"{type_name(holder)}, and no {wanted}"
        raise AbsentListError(text, found)
    scope[OUTER] = scope[ITEM]
    if len(levels) == 1 and not is_object:
        for place, member in enumerate(holder):
            scope[ITEM] = member
            scope[NUMBER] = f"{before}{place}"
            yield
        return
    outer = scope[ITEM]
    members: Iterable[tuple[Any, Any]] = (
        holder.items() if is_object else ((None, one) for one in holder)
    )
    for place, (name, member) in enumerate(members):
        scope[ITEM], scope[NAME], scope[OUTER] = member, name, outer
        scope[NUMBER] = f"{before}{place}"
        if len(levels) == 1:
            yield
        else:
            yield from walk(scope, levels[1:], f"{before}{place}.")
