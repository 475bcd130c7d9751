"""Requests to `_bulk`: of bounded size, and with answers of bounded size."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Final

from streams.sinks.batch import chunks
from streams.sinks.contract import SinkDown
from streams.sinks.http_client import HttpClient, Reply, raise_unless_answered

_READ_OF_IT: Final = "errors,items.*.status,items.*.error.type"
"""What is read of an answer. The whole of it has some hundred bytes for each document, and of
one that is refused a text that quotes it: for 10,000 documents more than an answer may have."""


class BulkRequests:
    """Sends actions in as few requests as sizes allow."""

    def __init__(
        self,
        client: HttpClient,
        url: str,
        headers: Mapping[str, str],
        *,
        max_bytes: int,
        compress: bool,
    ) -> None:
        self._client = client
        self._url = f"{url}/_bulk?filter_path={_READ_OF_IT}"
        self._headers = {**headers, "Content-Type": "application/x-ndjson"}
        self._max_bytes = max_bytes
        self._compress = compress
        if compress:
            self._headers["Content-Encoding"] = "gzip"

    async def send(self, actions: Sequence[bytes]) -> AsyncIterator[tuple[range, Reply]]:
        """Each answer, with the actions that it is about. Raises SinkDown.

        A request that is refused as a whole (too large, or it cannot be read), or whose answer is
        too large, goes again in halves: what was taken of it is there, and says so. So one that
        is refused in the end is about one action.
        """
        for chunk in chunks([len(action) for action in actions], self._max_bytes):
            left = [chunk]
            while left:
                part = left.pop()
                reply = await self._post(b"".join(actions[part.start : part.stop]))
                if reply.ok and reply.whole:
                    yield part, reply
                elif len(part) > 1:
                    middle = part.start + len(part) // 2
                    left += [range(middle, part.stop), range(part.start, middle)]
                elif reply.ok:
                    raise SinkDown("the answer is too large: is this a _bulk endpoint?")
                else:
                    yield part, reply

    async def _post(self, body: bytes) -> Reply:
        if self._compress:
            import gzip

            body = gzip.compress(body, compresslevel=1, mtime=0)
        reply = await self._client.ask("POST", self._url, body=body, headers=self._headers)
        raise_unless_answered(reply)
        return reply
