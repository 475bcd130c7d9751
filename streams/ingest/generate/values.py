"""Fields as source: the value of each, or the end of the item where it has none."""

from __future__ import annotations

from streams.core.events import ID_FIELDS
from streams.ingest.field_rules import FieldRule
from streams.ingest.generate.meanings import write_end, write_meaning, write_reject
from streams.ingest.generate.places import write_path
from streams.ingest.generate.writer import FunctionWriter
from streams.ingest.paths import SourcePath
from streams.ingest.templates import Template, hole_text
from streams.ingest.values import names_of
from streams.ingest.words import SKIP
from streams.wire.guard import PRODUCER_IDS

_SAME_GUARD = ID_FIELDS & PRODUCER_IDS
"""Ids that producers make: what one of these may hold, all may."""


def write_field(f: FunctionWriter, rule: FieldRule) -> str:
    """Write what reads a field; the name of its value, None only where it is optional."""
    if rule.template is not None:
        return _of_template(f, rule, rule.template)
    value = f.fresh(rule.name)
    f.line(f"{value} = None")
    if rule.of_names:
        _of_names(f, rule, value)
    else:
        _of_value(f, rule, rule.sources[0], value)
    if rule.fallback is not None:
        with f.block(f"if {value} is None"):
            _of_value(f, rule, rule.fallback, value)
    if not rule.optional:
        text = rule.sources[0].text
        with f.block(f"if {value} is None"):
            if rule.absent is None:
                write_reject(f, f"{rule.name}: {text} is absent", text)
            else:
                write_end(f, rule.absent, text)
    return value


def write_primary(f: FunctionWriter, rule: FieldRule) -> str:
    """The same without fallback and end: None where nothing stands at the source itself."""
    value = f.fresh(rule.name)
    f.line(f"{value} = None")
    _of_value(f, rule, rule.sources[0], value)
    return value


def _of_value(f: FunctionWriter, rule: FieldRule, path: SourcePath, into: str) -> None:
    found = write_path(f, path)
    with f.block(f"if {found} is not None"):
        if rule.words and rule.is_list:
            members = f"{found} if type({found}) is list else [{found}]"
            meanings = f.fresh("meanings")
            f.line(f"{meanings} = {{}}")
            _members(f, rule, members, path, meanings)
            f.line(f"{into} = tuple({meanings}) or None")
        elif rule.words:
            f.line(f"{into} = {write_meaning(f, rule.words, found, path.text)}")
        else:
            read = rule.read if path is rule.sources[0] else rule.read_fallback
            f.line(f"{into} = {f.bind(read, 'read')}({found})")


def _of_names(f: FunctionWriter, rule: FieldRule, into: str) -> None:
    meanings = f.fresh("meanings")
    f.line(f"{meanings} = {{}}")
    for path in rule.sources:
        found = write_path(f, path)
        with f.block(f"if {found} is not None"):
            names = f"{f.library(names_of)}({found}, {f.bind(path.text, 'text')})"
            _members(f, rule, names, path, meanings)
    f.line(f"{into} = tuple({meanings}) or None")


def _members(f: FunctionWriter, rule: FieldRule, members: str, path: SourcePath, into: str) -> None:
    """Write the look-up of each member; what they mean, each once and in order, are keys."""
    member = f.fresh("member")
    with f.block(f"for {member} in {members}"):
        meaning = write_meaning(f, rule.words, member, path.text)
        with f.block(f"if {meaning} is not {f.bind(SKIP, 'skip')}"):
            f.line(f"{into}.update(dict.fromkeys({meaning}))")


def _of_template(f: FunctionWriter, rule: FieldRule, template: Template) -> str:
    name = rule.name
    key = ("guarded", template.text, "id" if name in _SAME_GUARD else name)
    known = f.known.get(key)
    if known is not None:
        return known
    pieces: list[str] = []
    needed: list[str] = []
    for piece in template.pieces:
        if isinstance(piece, str):
            pieces.append(f.bind(piece, "piece"))
        else:
            path, optional = piece
            text = _hole(f, path, optional=optional)
            pieces.append(text)
            if not optional:
                needed.append(text)
    if needed:
        with f.block("if " + " or ".join(f"{one} is None" for one in dict.fromkeys(needed))):
            write_reject(f, f"{name}: a value that it is made of is absent ({template.text})",
                         template.paths[0].text)  # fmt: skip
    filled = "".join(f"{{{one}}}" for one in pieces)
    return f.computed(key, name, f'{f.bind(rule.read, "guard")}(f"{filled}")')


def _hole(f: FunctionWriter, path: SourcePath, *, optional: bool) -> str:
    value = write_path(f, path)
    text = f"{f.library(hole_text)}({value}, {f.bind(path.text, 'text')})"
    is_absent = f'"" if {value} is None else' if optional else f"{value} if {value} is None else"
    return f.computed(("text", path.scope, path.steps, optional), "text",
                      f"{value} if type({value}) is str else {is_absent} {text}")  # fmt: skip
