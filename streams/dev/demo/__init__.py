"""The demo: a real Kafka, a real worker, a sample played live, and its score."""

from streams.dev.demo.run import DemoOptions, run_demo

__all__ = ["DemoOptions", "run_demo"]
