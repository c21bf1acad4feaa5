"""Start the node that config.json describes, and never end at the REPL, which draws full current.

A node that cannot even start, whatever of it is missing, wrong or damaged, leaves a minute to
interrupt it there and sleeps an hour: its cell must outlive the mistake. A switch works its button
meanwhile (torpor.rescue).

The watchdog comes before the first file: one that cannot be read to its end is read for ever
(MicroPython 1.29, py/persistentcode.c:169, extmod/vfs_reader.c:61).
"""

import time

import machine

machine.WDT(timeout=90000)
try:
    if machine.reset_cause() == machine.WDT_RESET:
        from torpor import rescue

        rescue.rest("config.json")
    from torpor import start

    start.run("config.json")
except Exception as error:
    try:
        from torpor import rescue

        rescue.run("config.json", error)
    except Exception:
        pass  # that is damaged, too
    time.sleep_ms(60000)
    machine.deepsleep(3600000)
