"""The rules: each file answers one question of legal model 4 about one event.

A rule reads a subject's timelines up to the event's instant and the policy, and returns
verdicts by slot. It knows nothing of arrival order, revisions or Kafka.
"""
