"""From findings to alerts: who is told, when, and how often. Pure: no clock, no I/O."""
