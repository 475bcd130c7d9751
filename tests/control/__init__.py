"""The negative control: what the campaign finds in lesser runtimes.

A checker that finds nothing proves nothing, unless it finds what is there. The same
campaign (`tests.faults`) runs on stock Faust (`stock.py`) and on our own worker with safeguards
taken out (`safeguards.py`); `make faults-control` prints what each lost or corrupted, and
docs/faults-control.md keeps it. `test_control.py` is the part of it that is the same every
time.
"""
