"""Recordings of current: read, integrate, cut into states, digest."""
