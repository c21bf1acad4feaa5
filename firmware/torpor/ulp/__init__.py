"""The first detector stage on the ULP coprocessor: assembler, programs, the chips' registers.

The ULP is a state machine with four 16-bit registers that runs from RTC memory while the CPU is in
deep sleep. MicroPython loads programs for it on the ESP32, S2 and S3; torpor.drivers.ulp does that.
"""
