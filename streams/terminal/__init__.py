"""Where text leaves the program for people: one place makes it safe for a terminal.

`safe` escapes, `out` says lines, errors and JSON, `console` shows tables and bars (rich,
loaded only when it is needed), `logs` renders what is logged. No other module prints.
"""
