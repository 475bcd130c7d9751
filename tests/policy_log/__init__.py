"""The log of policies: records, reading, writing, following."""
