"""Sinks: one contract, and real receivers."""
