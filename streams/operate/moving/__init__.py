"""Facts that leave an installation as a file, and come into another one."""
