"""The mutation campaign: `make mutants`, or `make mutants ARGS='streams.core.affected.*'`.

mutmut changes one thing at a time in core, wire and agents and runs the tests that reach
the changed function. What survives is tried against the slower tests as well (the second
reading of the law, the random histories). What is left is either equivalent, and then
`equivalent.toml` says why, or a test is missing.
"""
