"""Consentry: consent compliance on the event bus.

The folders follow a record's way: `wire` turns bytes into values, `core` judges them,
`transport` moves them through Kafka, `agents` are the stages. `check` runs the same core over
files, `verify` compares a live bus with it.
"""

from streams.compiled import install as _install

__version__ = "0.1.0"

_install()
