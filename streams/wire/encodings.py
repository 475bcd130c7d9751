"""Texts in another encoding than UTF-8, known by their zeros and marks."""

from __future__ import annotations


def encoding_of(value: bytes) -> str | None:
    """UTF-16 or UTF-32, with or without a byte order mark, where a text is in one of them.

    Such JSON begins with 00 7B or 7B 00: without a look at the zeros the first would be
    taken for the Confluent framing and the second for JSON that is damaged.
    """
    for mark, name in ((b"\xff\xfe\0\0", "UTF-32"), (b"\0\0\xfe\xff", "UTF-32"),
                       (b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16")):  # fmt: skip
        if value.startswith(mark):
            return name
    head = value[:16]
    for width, name in ((4, "UTF-32"), (2, "UTF-16")):
        if len(head) < 2 * width:
            continue
        rest = [head[at::width] for at in range(width)]
        for letters, zeros in ((rest[-1], rest[:-1]), (rest[0], rest[1:])):
            whole = len(head) // width
            if not any(b"".join(one[:whole] for one in zeros)) and _is_text(letters[:whole]):
                return name
    return None


def _is_text(letters: bytes) -> bool:
    return all(32 <= one < 127 or one in b"\t\r\n" for one in letters)
