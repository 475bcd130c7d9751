"""From the topics of findings to the sinks: one consumer group per sink."""
