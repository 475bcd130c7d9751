"""`consentry ingest`: maps between topics, exactly once, as a service.

Everything here reads or writes Kafka, or says how that goes; what a record becomes is said by
the pure modules of `streams.ingest`.
"""
