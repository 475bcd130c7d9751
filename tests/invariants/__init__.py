"""Each guarantee of the transport bites: taken out alone, its test fails as it should.

A scenario checks one guarantee and raises `Broken`, saying how it failed. `test_..._holds`
runs it on the product; `test_..._bites` runs it with one safeguard taken out by a switch in the
test, and asks for that very failure, not just any. Where another safeguard catches what this one
lets through, the docstring says which, and the failure is what that costs: a worker that
ends itself, or refuses to start, for ever.

    test_01_taking_over   the predecessor is fenced before anything is read
    test_02_continuity    a slice is judged only where the last one ended
    test_03_rebalance     nothing is polled or judged while partitions are given up
    test_04_crash_only    what is not understood ends the process
    test_05_readers       what was aborted is not there, and markers hold up nobody
    test_06_stored        a stored event is a duplicate, for all of it is stored
    test_07_restored      never judge on less
    test_08_inputs        lost input, and co-partitioned topics
    test_09_time          time is the broker's, and never goes back
    test_10_bounds        transactions are bounded, what is set aside fits
    test_11_policy        one policy for a subject's past
    test_12_on_kafka      what of these is Kafka's own

Where a fault can be produced exactly, worker processes run on the broker in memory of
`tests.model` (`process.py`); where the mechanism is Kafka's own, on the real one.
"""
