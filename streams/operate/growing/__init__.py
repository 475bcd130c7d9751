"""Another number of partitions for an installation, on the topics that it has (docs/adr/0103)."""
