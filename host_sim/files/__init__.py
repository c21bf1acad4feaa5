"""The two doors of every command: what it reads, and what it writes."""
