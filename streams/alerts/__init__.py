"""From findings to alerts: who is alerted, when, and how often. Pure: no clock, no I/O."""
