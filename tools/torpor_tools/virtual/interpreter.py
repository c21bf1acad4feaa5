"""MicroPython's unix port, in a process that takes a Ctrl-C where the chip does.

SIGINT makes that port leave its C code wherever it is (MICROPY_ASYNC_KBD_INTR, sighandler in
ports/unix/unix_mphal.c): with a lock held it then waits for itself for ever. The chip only leaves a
note, which is found between two bytecodes (mp_sched_keyboard_interrupt in py/scheduler.c, called by
ports/esp32/uart.c). So does SIGUSR1 here.
"""

import ctypes
import signal
import sys

import micropython_run

library = ctypes.CDLL(micropython_run.__file__)
install = ctypes.CDLL(None).signal
install.argtypes = [ctypes.c_int, ctypes.c_void_p]
install.restype = ctypes.c_void_p
install(signal.SIGUSR1, ctypes.cast(library.mp_sched_keyboard_interrupt, ctypes.c_void_p))
sys.exit(micropython_run.run_main(["micropython", *sys.argv[1:]]))
