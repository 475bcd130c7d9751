"""The subject table on disk: one RocksDB database per partition number (docs/adr/0031).

The changelog is the truth and the log of writes; a database is a copy of a beginning of
it, never ahead of it, which spares a restart from reading what it holds already.
"""
