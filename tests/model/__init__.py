"""Kafka in memory, for tests that decide what happens when, and a model built on it.

`broker.Broker` holds topics as logs of records and does what Kafka's transactions do:
markers take offsets, a new owner of a transactional id fences the one before and aborts
what it left open, readers see no more than the last stable offset, offsets sent to a
transaction hold when it commits, and its markers are written one by one after that.

`clients.Producer` and `clients.Reader` have those methods of aiokafka's clients that
`streams.transport` uses. Each asks the broker through a wire (`wire.Wire`). In a plain
asyncio test the wire answers at once:

    broker = Broker({"in": 2, "log": 2})
    broker.append("in", 0, key=b"k", value=b"v", timestamp=1)

    async def run() -> None:
        producer = Producer(broker, AtOnce(broker), "app-1-0")
        await producer.start()  # fences and aborts a predecessor
        await producer.begin_transaction()
        batch = producer.create_batch()
        batch.append(timestamp=None, key=b"k", value=b"row", headers=[])
        delivery = await producer.send_batch(batch, "log", partition=0)
        await delivery
        await producer.send_offsets_to_transaction({TopicPartition("in", 0): (1, "")}, "group")
        await producer.commit_transaction()

    asyncio.run(run())
    broker.visible("log", 0)  # the records that a read_committed reader sees
    broker.committed("group", 0)  # {"in": 1}

In the model the wire is a `network.Network`: every request waits there until the schedule
lets it arrive, and its answer until the schedule lets it be delivered. Each process has
an event loop of its own, run by hand, so a process can stand still, be overtaken, or be
dropped between any two of its steps without anything of it being run any more.
"""
