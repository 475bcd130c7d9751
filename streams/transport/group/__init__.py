"""One transactional producer for all partitions of a member of a consumer group (KIP-447).

The worker has a producer for each partition number, which fences by its transactional id. Where
no state is owned, the group itself says who may commit: offsets go into the transaction with
the member's id and generation, and a new owner reads offsets only when no transaction is open
over them. https://cwiki.apache.org/confluence/x/HQ5sBg
"""
