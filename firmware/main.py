"""Start the node that config.json describes; torpor.rescue says what else is here, and why."""

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
