"""Settings: one frozen object, read once at the edge, passed down."""

from streams.settings.connection import Connection
from streams.settings.environment import unknown_variables
from streams.settings.load import load_settings
from streams.settings.model import SUBJECT_TABLE, Settings
from streams.settings.names import TopicNames

__all__ = [
    "SUBJECT_TABLE",
    "Connection",
    "Settings",
    "TopicNames",
    "load_settings",
    "unknown_variables",
]
