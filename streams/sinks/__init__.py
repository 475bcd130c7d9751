"""Where findings go: one file per kind of receiver, all behind one contract."""
