"""What pages name: links, paths of the repository, and functions in files."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
ROOMS: Final = ("streams", "tests", "docs", "schemas", "bench", "integrations", ".ci")

_FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
_CODE = re.compile(r"`([^`\n]+)`")
_NAMED = re.compile(r"`(streams/[\w/]+\.py)`((?:, `[A-Za-z_][\w.]*`)+)")
_PATH = re.compile(rf"(?:{'|'.join(map(re.escape, ROOMS))})/[\w./*-]+")


def plain(text: str) -> str:
    """The page without its blocks of code."""
    return _FENCE.sub("", text)


def anchors(text: str) -> set[str]:
    """What a link can end with after `#`, as GitHub makes it of headings."""
    found: set[str] = set()
    for heading in _HEADING.findall(plain(text)):
        slug = re.sub(r"[^\w\- ]", "", re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower())
        slug = slug.strip().replace(" ", "-")
        found.add(next(s for s in _numbered(slug) if s not in found))
    return found


def _numbered(slug: str) -> Iterator[str]:
    yield slug
    for number in range(1, 100):
        yield f"{slug}-{number}"


def broken_links(page: Path, text: str) -> list[str]:
    """Links into the repository that lead nowhere."""
    broken = []
    for link, picture in _LINK.findall(plain(text)):
        target = link or picture
        if "://" in target or target.startswith("mailto:"):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path) if path else page
        if not file.exists():
            broken.append(target)
        elif anchor and file.suffix == ".md":
            there = text if file == page else file.read_text("utf-8")
            if anchor not in anchors(there):
                broken.append(target)
    return broken


def paths(text: str) -> Iterator[str]:
    """The paths of the repository that stand in code spans."""
    for span in _CODE.findall(plain(text)):
        for path in _PATH.findall(span):
            yield path.rstrip(".")


def missing_paths(text: str) -> list[str]:
    """Those that are not there. A `*` stands for any part of a name."""
    return [path for path in paths(text) if not _is_there(path)]


def _is_there(path: str) -> bool:
    if "*" in path:
        return any(ROOT.glob(path))
    return (ROOT / path).exists()


def missing_names(text: str) -> list[str]:
    """Names that stand behind a file (`streams/a.py`, `B.c`) and are not in it."""
    return [
        f"{file}: {name}"
        for file, names in _NAMED.findall(plain(text))
        for name in _CODE.findall(names)
        if (ROOT / file).exists() and name not in _names_in(file)
    ]


@cache
def _names_in(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    return frozenset(_defined(tree.body))


def _defined(body: Iterable[ast.stmt]) -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
            if isinstance(node, ast.ClassDef):
                yield from (f"{node.name}.{inner}" for inner in _defined(node.body))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id
        elif isinstance(node, ast.Assign):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))


def rooms(top: str) -> list[str]:
    """The folders below `top` that hold Python, with `top` before them, as pages name them."""
    return sorted(
        f"{folder.relative_to(ROOT)}"
        for folder in {file.parent for file in (ROOT / top).rglob("*.py")}
        if folder != ROOT / top and not _is_passed_over(folder)
    )


def _is_passed_over(folder: Path) -> bool:
    """Made by the build, or data that only tests of one folder read."""
    return any(part.startswith(("_", ".")) or part == "golden" for part in folder.parts[-2:])


def without_a_mention(folders: Iterable[str], text: str) -> list[str]:
    """Folders that no code span of a page names."""
    named = {span.rstrip("/") for span in _CODE.findall(plain(text))}
    return [folder for folder in folders if folder not in named]
