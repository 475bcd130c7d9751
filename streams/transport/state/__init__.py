"""The rows of a partition number, in memory or on disk, and how they are restored."""
