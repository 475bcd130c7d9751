"""The policy in force, as records on a topic: read, followed, and changed by one writer at a time."""
