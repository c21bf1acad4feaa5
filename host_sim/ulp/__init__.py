"""The FSM ULP: an emulator of its programs, and what a watch kept by one costs."""
