"""The plain bytes of one batch, as far as they are unpacked."""

from __future__ import annotations

from collections.abc import Iterator

from streams.unpacking.inflate import NotUnpacked


class Flow:
    """Bytes that come in pieces, up to `budget` of them. Its methods raise NotUnpacked."""

    def __init__(self, pieces: Iterator[bytes], budget: int) -> None:
        self._pieces = pieces
        self._left = budget
        self.buffer = b""
        self.at = 0
        """Where in the buffer reading has come to."""
        self.unpacked = 0
        """Bytes that were unpacked since somebody set this to 0."""

    def more(self) -> bool:
        """Unpack another piece behind what is not read yet; False at the end."""
        if self._left <= 0:
            raise NotUnpacked("the batch becomes too large")
        piece = next(self._pieces, None)
        if piece is None:
            return False
        self._left -= len(piece)
        self.unpacked += len(piece)
        rest = self.buffer[self.at :]
        self.buffer, self.at = rest + piece if rest else piece, 0
        return True

    def need(self, count: int) -> None:
        """Have so many bytes in the buffer that are not read yet."""
        if len(self.buffer) - self.at >= count:
            return
        parts = [self.buffer[self.at :]]
        have = len(parts[0])
        self.buffer, self.at = b"", 0
        while have < count:
            if not self.more():
                raise NotUnpacked("the batch is cut short")
            parts.append(self.buffer)
            have += len(self.buffer)
            self.at = len(self.buffer)
        self.buffer, self.at = b"".join(parts), 0

    def take(self, count: int) -> bytes:
        """The next bytes."""
        self.need(count)
        self.at += count
        return self.buffer[self.at - count : self.at]

    def varint(self) -> int:
        """The next number, zigzag."""
        value = shift = 0
        while True:
            (byte,) = self.take(1)
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return (value >> 1) ^ -(value & 1)
            shift += 7
            if shift > 63:
                raise NotUnpacked("a number is too long")

    def pour(self, count: int) -> Iterator[bytes]:
        """Read so many bytes, as they are unpacked."""
        left = count
        while left:
            if self.at == len(self.buffer) and not self.more():
                raise NotUnpacked("the batch is cut short")
            part = self.take(min(left, len(self.buffer) - self.at))
            left -= len(part)
            yield part

    def end(self) -> None:
        """Give nothing more, since what follows cannot be read."""
        self._pieces, self.buffer, self.at = iter(()), b"", 0
