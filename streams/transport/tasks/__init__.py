"""Partition numbers that this worker owns: assigned, checked, fenced, initialised."""
