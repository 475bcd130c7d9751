"""What the compiled C has. It is reached through `streams.native.library.LIBRARY` only."""

from collections.abc import Callable, Mapping
from typing import Any, Generic, Self, TypeAlias, TypeVar

_Event = TypeVar("_Event")

Described: TypeAlias = tuple[
    int, int, bool, bool, bool, bool, list[str | None], Callable[[bytes], str | None]
]
"""A column: field, kind, optional, many, repeats, open, symbols, look."""

class Reader(Generic[_Event]):
    """Reads the events of one schema."""

    def __new__(
        cls,
        event: type[_Event],
        names: tuple[str, ...],
        defaults: tuple[Any, ...],
        none: object,
        columns: tuple[Described, ...],
        places: tuple[int, int, int, int, int, int],
        granted: object,
        header: bytes,
        earliest: int,
        latest: int,
        members: tuple[tuple[bytes, int, bool], ...],
        /,
    ) -> Self:
        """`none` stands in `defaults` where a field has no default.

        `places` are the numbers of occurred_at, recorded_at, controller_id, subject_id, action
        and purposes, -1 where the event has none. `members` are those of the canonical form,
        by name: its name with quotes and colon, its field, whether it is an instant; -1 where the
        value stands behind the name. Raises TypeError for a class whose slots
        cannot be filled.
        """

    def event(self, value: bytes, /) -> _Event | None:
        """The event in a value, or None: take the long way."""

    def written(self, event: _Event, /) -> bytes | None:
        """An event as a value of this schema, or None: it is not written here.

        It need not be the value that the event was read from (`Facts.writer`).
        """

    def read(self, value: bytes, /) -> tuple[_Event, bytes | None] | None:
        """The event and its canonical form, None where Python must write that."""

    def ends(self, block: bytes, records: int, /) -> list[int] | None:
        """Where each of so many records ends that are all of a block, or None."""

class Held:
    """Holds the records of files by subject, and reads them."""

    def __new__(
        cls,
        undecoded: type[Any],
        names: tuple[str, str, str],
        fact: type[Any],
        fact_names: tuple[str, str, str, str, str],
        source: type[Any],
        source_names: tuple[str, str, str],
        readers: tuple[Reader[Any], ...],
        clock: int | None,
        latest: int,
        /,
    ) -> Self:
        """`clock` stands for each arrival, None: when the event was recorded."""

    def hold(
        self,
        piles: Piles,
        lists: dict[bytes, list[Any]],
        file: str,
        first: int,
        header: bytes,
        block: bytes,
        start: int,
        ends: list[int],
        share: int,
        of: int,
        /,
    ) -> tuple[list[int], int, int]:
        """Hold the records of a share; places that name nobody, and how many, and their bytes.

        Each goes to the list under the key of its subject, where there is one, else to a pile.
        """

    def facts(self, some: list[Any], found: list[Any], /) -> list[Any]:
        """Add the facts of records to `found`; what is left takes the long way."""

    def pile_facts(self, pile: Pile, most: int, found: list[Any], /) -> list[Any]:
        """The same of the next records of a pile, so many at most."""

    def records(self, pile: Pile, most: int, /) -> list[Any]:
        """The next records of a pile, each by itself, so many at most.

        As with `pile_facts`, each is read once, and then no more can be added to the pile.
        """

    def seen(self) -> tuple[tuple[int, ...], int, int]:
        """How many events each reader has read, the first and the last occurrence."""

class Pile:
    """Records of one subject, which `Held` puts there and reads."""

    def __len__(self) -> int: ...

class Piles:
    """The piles of all subjects by their keys, in the order in which they began.

    Who goes through them takes them out, and then they are as if new; none are put in meanwhile.
    """

    def __new__(cls) -> Self: ...
    def __len__(self) -> int: ...
    def __iter__(self) -> Self: ...
    def __next__(self) -> tuple[bytes, Pile]: ...
    def pop(self, key: bytes, /) -> Pile | None:
        """Take out what is under a key."""

class Facts:
    """Reads the records of the input topics that are as most are."""

    latest: int

    def __new__(
        cls,
        fact: type[Any],
        fact_names: tuple[str, str, str, str, str],
        source: type[Any],
        source_names: tuple[str, str, str],
        readers: Mapping[str, tuple[Reader[Any], ...]],
        tolerance: int,
        latest: int,
        /,
    ) -> Self:
        """`readers` are those of each topic; times are milliseconds."""

    def fact(self, record: Any, /) -> Any:
        """The fact of a record, or None: take the long way."""

    def writer(self, fact: Any, /) -> Reader[Any] | None:
        """The reader whose `written` gives back the value of a fact, or None: nothing does."""

class Rows:
    """Writes the rows of which nothing was published."""

    def __new__(
        cls,
        row: type[Any],
        row_names: tuple[str, ...],
        fact: type[Any],
        fact_names: tuple[str, ...],
        source: type[Any],
        source_names: tuple[str, ...],
        event: type[Any],
        event_names: tuple[str, str],
        letters: Mapping[type[Any], bytes],
        /,
    ) -> Self:
        """The names are those of `streams.native.writers`; `letters` are one byte by class."""

    def stored_form(self, subject_key: bytes, row: Any, /) -> tuple[bytes, bytes] | None:
        """Key and value of a row, or None: Python writes it."""

    def stored_fact(
        self, subject_key: bytes, fact: Any, policy_digest: str, taken_at: int | None, /
    ) -> tuple[bytes, bytes] | None:
        """The same of the row of a fact of which nothing was published."""

class Unpacker:
    """Reads the records of batches."""

    def __new__(cls, record: type[Any], names: tuple[str, ...], /) -> Self:
        """The names are those of `streams.native.runs`."""

    def records(
        self,
        body: bytes,
        at: int,
        left: int,
        topic: str,
        partition: int,
        base_offset: int,
        time: int,
        append_time: bool,
        next_offset: int,
        headers_at_most: int,
        room: int,
        /,
    ) -> tuple[list[Any], int, int, int] | None:
        """The next of `left` records, until about `room` bytes of memory are filled.

        `time` is the timestamp of all where `append_time` says so, else the first one's. With
        them comes where the next one stands in `body`, the memory, and the offset behind them.
        None: aiokafka reads them.
        """

class Builder:
    """Writes the records of batches."""

    def __new__(cls, output: type[Any], names: tuple[str, str, str], /) -> Self:
        """The names are those of key, value and headers."""

    def records(self, outputs: list[Any], start: int, room: int, /) -> tuple[bytes, int] | None:
        """Records from `start` on as they stand in a batch, and how many fit into `room` bytes.

        The first always does. None: aiokafka writes them.
        """

def arenas_in_huge_pages() -> bool:
    """Let small objects lie in pages of 2 MiB from here on; False where there are none such."""

def crc32c(data: bytes, at: int = 0, instruction: bool = True, /) -> int:
    """The CRC-32C of bytes from a place on, by the processor's instruction unless that is not wanted."""

def load_rows(
    records: list[Any],
    buckets: dict[int, dict[bytes, dict[bytes, bytes]]],
    shift: int,
    progress_key: bytes,
    progress: bytes | None,
    /,
) -> tuple[int, int, bytes | None]:
    """How many records were taken into buckets, how many rows there are more, and the progress row.

    The next one is left to `streams.transport.state.row_loading`, and those behind it.
    """

def place_rows(
    rows: dict[bytes, bytes | None],
    put: Callable[[bytes, bytes], object],
    delete: Callable[[bytes], object],
    /,
) -> list[tuple[bytes, bytes | None]]:
    """Put or delete rows under their keys in a database; what is returned is left to Python.

    That are keys of no row, and rows that may wait for something.
    """

def read_by_place(kind: type[Any], names: tuple[str, ...], /) -> None:
    """Let fields of values of a class be read without a look-up through the class.

    Raises TypeError for a class that is not its slots and nothing else, or has been taken in.
    """
