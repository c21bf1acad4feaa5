"""Nothing: all that takes time is main.py's, so that a wake from deep sleep is short."""
