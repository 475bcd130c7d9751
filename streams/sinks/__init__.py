"""Where findings go: one file a kind of receiver, all behind one contract."""
