"""What the rules ask of a subject's history, answered from its indexes where it has them.

Each answer holds all that the rule would find by going through the whole timeline, in the
same order: a subject of few events has no indexes, and there the timeline itself is the
answer. `streams.core.indexes` says more.
"""
