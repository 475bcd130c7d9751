"""The C of `streams.native` under a fuzzer, beside the Python that it stands in for.

    python -m tests.fuzz --minutes 10

A copy of it is compiled with AddressSanitizer and UndefinedBehaviorSanitizer, and notes which of
its ways were taken; inputs that took a new one are kept and changed further (`mutate`). Each
input goes through both (`targets`): the C may leave it to the Python, and otherwise must say the
same. The process that looks on is plain Python, so that nothing is compared with itself.
"""
