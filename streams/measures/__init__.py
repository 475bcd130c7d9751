"""Counters and histograms of one process; health and metrics read them."""
