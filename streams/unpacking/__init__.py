"""Record batches as they come from a broker, unpacked within bounds.

aiokafka unpacks a whole batch at once, however large it becomes, and gives up for good at
a header whose name is not UTF-8. Here a batch is unpacked piece by piece, records that
are too large to be kept are cut while they are read, and names of headers may be any
bytes (docs/adr/0042). Every consumer of Consentry reads so (`streams.topics.reader`).
"""
