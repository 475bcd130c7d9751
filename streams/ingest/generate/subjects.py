"""`subject` as source: which entries apply to a record, for `RecordKeys` to derive its keys."""

from __future__ import annotations

from collections.abc import Sequence

from streams.ingest.generate.meanings import write_condition, write_reject
from streams.ingest.generate.places import write_path
from streams.ingest.generate.writer import FunctionWriter
from streams.ingest.subjects import SubjectRule, absent_words


def write_subjects(f: FunctionWriter, rules: Sequence[SubjectRule]) -> str:
    """Write what looks for entries; the name of those that apply, each with its value."""
    found = f.fresh("found")
    if len(rules) == 1 and rules[0].require is None:
        value = write_path(f, rules[0].path)
        with f.block(f"if {value} is None"):
            write_reject(f, absent_words(rules), rules[0].path.text)
        f.line(f"{found} = (({f.bind(rules[0], 'subject')}, {value}),)")
        return found
    f.line(f"{found} = []")
    for rule in rules:
        value = write_path(f, rule.path)
        applies = f"{value} is not None"
        if rule.require is not None:
            applies += f" and {write_condition(f, rule.require)}"
        with f.block(f"if {applies}"):
            f.line(f"{found}.append(({f.bind(rule, 'subject')}, {value}))")
    with f.block(f"if not {found}"):
        write_reject(f, absent_words(rules), rules[0].path.text)
    return found
