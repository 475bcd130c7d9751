"""A second reading of the legal model, written from its text alone and slow on purpose.

It shares no code with `streams`: plain dicts in, plain tuples out, every event judged
from the whole sorted set. The property tests hold the two readings against each other.
"""
