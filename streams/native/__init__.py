"""What reads and writes bytes in C, where it was compiled, in place of the Python that does the same.

`source` holds the C, `make setup` compiles it beside the hot modules (`streams.dev.compile`).
Each part stands in for a piece of Python and is compared with it: whatever the C does not
expect, it leaves to the Python, which alone refuses. So nothing is lost where there is no
compiler but time.
"""
