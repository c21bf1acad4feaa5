"""TOML into checked structures: every fault is one line with its file, line, key and remedy."""
