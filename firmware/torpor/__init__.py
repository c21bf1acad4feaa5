"""Torpor: sleep-first firmware for ESP32 sensor and switch nodes."""

__version__ = "0.1.0"
