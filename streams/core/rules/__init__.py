"""The rules: each file answers one question of legal model 4 about one event.

A rule reads a subject's timelines up to the event's instant and the policy, and returns
verdicts; their slots follow from their codes. It knows nothing of arrival order, revisions or
Kafka. In the order of the norm:

- 4.1 `coverage`: what consents and signals say about one target at one instant (A1 to A9).
- 4.2 shares: `share_roles` (step 1), `share_extras` (2), `share_basis` (3, 4); the tests of a
  consent, `consent_scope` (T1 to T6) and `consent_validity` (T7 to T11).
- 4.3 messages: `message_target` (steps 0 and 2), `message_extras` (1), `message_basis` (3),
  `soft_opt_in` (3f).
- 4.4 `capture` (A01) and `duties` (O01, O02).

`assess` calls them, `registry` lists what each says of itself (`rule`), and
`streams.core.queries` is what they ask of a long history.
"""
