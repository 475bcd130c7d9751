"""A real schema registry, and clients of other languages that read what it has schemas for."""
