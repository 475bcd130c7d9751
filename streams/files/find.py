"""The files that a command's inputs stand for, and the files of folders that are passed over.

In a folder every file is opened: what it holds counts, not what it is called. A file is
read, or it is named with the reason why not.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from streams.errors import ConsentryError
from streams.files.content import look_into
from streams.files.formats import WHAT_IS_READ
from streams.files.read import STDIN
from streams.files.records import shown_name


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A file that is not read. `unread`: it may hold events, for all that is known."""

    file: str
    reason: str
    unread: bool = True


@dataclass(slots=True)
class InputFiles:
    """Files to read, by the names that open them, and those that are passed over."""

    files: list[str] = field(default_factory=list)
    passed_over: list[PassedOver] = field(default_factory=list)

    @property
    def names(self) -> tuple[str, ...]:
        """The files as records name them."""
        return tuple("stdin" if file == STDIN else shown_name(file) for file in self.files)


def find_inputs(names: Sequence[str], output: Path | None = None) -> InputFiles:
    """The files that inputs stand for: folders are searched, `-` is standard input.

    `output` is where the result goes: it is not read. Raises ConsentryError for a name that
    is nothing, for a folder without any file, and where the output would take the place of
    an input.
    """
    search = _Search(_outputs(output))
    for name in names:
        search.add(name)
    return search.finish()


class _Search:
    """Each file once, by whatever names it is found."""

    def __init__(self, outputs: dict[tuple[int, int], str]) -> None:
        self.inputs = InputFiles()
        self._outputs = outputs
        self._seen: dict[tuple[int, int], str] = {}
        self._folders: set[tuple[int, int]] = set()
        self._elsewhere: dict[PassedOver, tuple[int, int]] = {}
        """What was passed over and is read where it is named as well."""

    def finish(self) -> InputFiles:
        """All of them, once every name was added."""
        read = {*self._seen, *self._folders}
        self.inputs.passed_over = [
            PassedOver(one.file, "it is read under the name that was given", unread=False)
            if one.unread and self._elsewhere.get(one) in read
            else one
            for one in self.inputs.passed_over
        ]
        return self.inputs

    def add(self, name: str) -> None:
        """A name that was given: a link is followed, and whatever it is, it is read."""
        if name == STDIN:
            if name not in self.inputs.files:
                self.inputs.files.append(name)
            return
        name = _apart(name)
        try:
            found = Path(name).stat()
        except (OSError, ValueError):
            raise ConsentryError(
                f"there is no file or folder {shown_name(name)}",
                "Correct the name, or use - for stdin.",
            ) from None
        if stat.S_ISDIR(found.st_mode):
            self._folders.add(_identity(found))
            self._add_folder(name)
        elif not self._known(name, found):
            if _identity(found) in self._outputs:
                raise _overwritten(name)
            self.inputs.files.append(name)
            self._seen[_identity(found)] = name

    def _add_folder(self, folder: str) -> None:
        empty = not self.inputs.passed_over
        for path in _walk(folder, self._pass_over):
            empty = False
            self._add_found(_apart(path), folder)
        if empty:
            raise ConsentryError(
                f"the folder {shown_name(folder)} holds no event files", f"{WHAT_IS_READ}."
            )

    def _add_found(self, path: str, folder: str) -> None:
        """A file of a folder."""
        try:
            found = os.lstat(path)
            if stat.S_ISLNK(found.st_mode):
                reason, unread = _of_link(path, folder)
                one = self._pass_over(path, reason, unread=unread)
                with suppress(OSError):  # it leads nowhere
                    self._elsewhere[one] = _identity(Path(path).stat())
                return
            if not stat.S_ISREG(found.st_mode):
                self._pass_over(path, "it is no regular file")
                return
            looked = look_into(path)
        except OSError as error:
            self._pass_over(path, f"it cannot be opened: {error.strerror}")
            return
        if self._known(path, found, report_duplicate=True):
            return
        if _identity(found) in self._outputs:
            if looked.events:
                raise _overwritten(path)
            self._pass_over(path, "the result is written there", unread=False)
        elif _is_hidden(Path(path), Path(folder)):
            reason = "it is hidden; name it to have it read"
            one = self._pass_over(path, reason, unread=looked.events)
            self._elsewhere[one] = _identity(found)
        elif looked.reason is None:
            self.inputs.files.append(path)
            self._seen[_identity(found)] = path
        else:
            self._pass_over(path, looked.reason, unread=looked.unread)

    def _known(self, path: str, found: os.stat_result, *, report_duplicate: bool = False) -> bool:
        """Whether the file is among the inputs already, by this name or another."""
        if not stat.S_ISREG(found.st_mode):
            return path in self.inputs.files
        first = self._seen.get(_identity(found))
        if first is None:
            return False
        if report_duplicate and Path(first).absolute() != Path(path).absolute():
            self._pass_over(path, f"it is the same file as {shown_name(first)}", unread=False)
        return True

    def _pass_over(self, path: str, reason: str, *, unread: bool = True) -> PassedOver:
        one = PassedOver(shown_name(path), reason, unread)
        if one not in self.inputs.passed_over:
            self.inputs.passed_over.append(one)
        return one


def _apart(path: str) -> str:
    """A path that is not how standard input is given, nor how it is named."""
    return f"./{path}" if path in (STDIN, "stdin") else path


def _walk(folder: str, report: Callable[[str, str], object]) -> Iterator[str]:
    """Every path below a folder that is no folder, in their order. Links are not followed."""

    def failed(error: OSError) -> None:
        report(str(error.filename), f"the folder cannot be opened: {error.strerror}")

    for parent, folders, files in os.walk(folder, onerror=failed):
        folders.sort()
        links = [name for name in folders if Path(parent, name).is_symlink()]
        for name in sorted([*files, *links]):
            yield str(Path(parent, name))


def _is_hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(folder).parts)


def _of_link(path: str, folder: str) -> tuple[str, bool]:
    """Why a link is not followed, and whether what it leads to may hold unread events."""
    try:
        Path(path).stat()
    except OSError:
        return "it is a link that leads nowhere", True
    target, top = Path(os.path.realpath(path)), Path(os.path.realpath(folder))
    if target.is_relative_to(top) and not _is_hidden(target, top):
        return f"it is a link into the folder itself: {shown_name(str(target))}", False
    return f"it is a link; name what it leads to: {shown_name(str(target))}", True


def _outputs(output: Path | None) -> dict[tuple[int, int], str]:
    """The files that are written: the output, and where standard output leads to a file."""
    found = {}
    if output is not None and str(output) != "-":
        with suppress(OSError):  # not there yet
            found[_identity(output.stat())] = str(output)
    with suppress(OSError, ValueError, AttributeError):  # no file
        written = os.fstat(sys.stdout.fileno())
        if stat.S_ISREG(written.st_mode):
            found[_identity(written)] = "standard output"
    return found


def _identity(found: os.stat_result) -> tuple[int, int]:
    return found.st_dev, found.st_ino


def _overwritten(name: str) -> ConsentryError:
    return ConsentryError(
        f"the result would be written over the input {shown_name(name)}",
        "Choose another --output.",
    )
