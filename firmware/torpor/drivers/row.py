"""What RTC memory has of a channel that the ULP reads: words, of which 16 bits count."""

from torpor.policy import const
from torpor.port import RECALLED

LOW = const(0)  # the first raw value that is within
HIGH = const(1)  # and the last
LOOKS = const(2)  # how often more one must be beyond than within, to wake the CPU
BEYOND = const(3)  # how often it was
NEWEST = const(4)  # the last reading that did not fail
FRAMES = const(5)  # the last RECALLED readings, that of run n in place (n - 1) % RECALLED
ROW = FRAMES + RECALLED
