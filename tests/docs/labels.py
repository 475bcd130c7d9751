"""Labels of docs/legal-model.md: where it defines them, and where other files cite them."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
MODEL = ROOT / "docs" / "legal-model.md"
CHANGELOG = ROOT / "CHANGELOG.md"

LABEL = re.compile(r"(?<![\w+#/%.&!}:;])(?:[ANOPQST]|(?<!\d)[DM])\d{1,2}(?!\w)")
"""A statement, rule, test, setting, code or change: N2, A4, T7, P20, S09, D29."""

_SECTION = r"[0-9]\.[0-9]{1,2}"
_TOKEN = rf"(?:{_SECTION}|[ADMNOPQST]\d{{1,2}}|\d[a-z]?)(?![\w%])(?!\.\d)"
_LIST = rf"{_TOKEN}(?:(?:,| and| to| steps?|,? step|-|–)+ ?(?:steps? )?{_TOKEN})*"
CITED = re.compile(rf"\b(?:[Ll]egal model|the norm) (?P<cited>{_LIST})")
BARE = re.compile(
    rf'(?:(?<= )\(|"""|; |# )(?P<cited>{_SECTION}(?!\.?\d)(?: ?{_LIST})?)(?=[),.;:]| step)'
)
"""Within the law and its second reading a section is cited by its number alone."""

_BARE_IN = ("streams/core/", "tests/oracle/")
_LEFT_OUT = (".lock", ".svg", ".png", ".gz", ".bin", ".avro", ".parquet")
_EXAMPLES = "tests/docs/test_legal_model.py"
"""It cites what nothing defines, to see that this is found."""

_NO_CODE = {(name, "S99") for name in ("tests/alerts/test_cli.py", "tests/docs/labels.py")}
"""A code that does not exist, on purpose."""


def definitions(model: str, changelog: str) -> set[str]:
    """Labels, sections ("4.2") and steps ("4.2 4f") of the model; changes of the changelog."""
    found = set(re.findall(r"^\| ([ANOPQSTM]\d{1,2}) \|", model, re.MULTILINE))
    found |= set(re.findall(r"^\* \*\*(A\d) ", model, re.MULTILINE))
    found |= set(re.findall(r"^ *- \*\*(D\d{1,2})\*\*", changelog, re.MULTILINE))
    parts = re.split(r"^#{2,3} (\d(?:\.\d+)?)[. ]", model, flags=re.MULTILINE)
    for section, text in zip(parts[1::2], parts[2::2], strict=True):
        found.add(section)
        steps = re.findall(r"^ *(\d)  \S", text, re.MULTILINE)
        steps += re.findall(r"^ +(\d[a-z]) \S", text, re.MULTILINE)
        steps += re.findall(r"^\| (\d[a-z]) \|", text, re.MULTILINE)
        found |= {f"{section} {step}" for step in steps}
    return found


def citations(text: str, *, bare: bool = False) -> Iterator[str]:
    """What a text cites, in the form of `definitions`."""
    yield from LABEL.findall(text)
    flat = re.sub(r"\s*\n\s*(?:#\s|\*\s|>\s)?", " ", text)
    for match in CITED.finditer(flat):
        yield from _parts(match["cited"])
    if bare:
        for match in BARE.finditer(text):
            yield from _parts(match["cited"])


def _parts(cited: str) -> Iterator[str]:
    section = None
    for token in re.findall(_TOKEN, cited):
        if "." in token:
            section = token
            yield token
        elif token[0].isdigit():
            yield token if section is None else f"{section} {token}"


def files() -> Iterator[tuple[str, str]]:
    """Every text of the repository but the examples: its path and what it holds."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split("\0")  # fmt: skip
    for name in filter(None, listed):
        path = ROOT / name
        if name == _EXAMPLES or name.endswith(_LEFT_OUT) or not path.is_file():
            continue
        try:
            yield name, path.read_text("utf-8")
        except UnicodeDecodeError:
            continue


def unresolved(name: str, text: str, defined: set[str]) -> list[str]:
    """What a file cites and nothing defines."""
    cited = citations(text, bare=name.startswith(_BARE_IN))
    return sorted({one for one in cited if one not in defined and (name, one) not in _NO_CODE})
