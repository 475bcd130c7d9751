"""Bytes to values and back: what stands on the topics and in the changelog."""
