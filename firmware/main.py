"""Start the node that config.json describes; rescue says what else is here, and why."""

import gc

import machine

gc.threshold(4096)  # what imports leave would have the heap in pieces
machine.WDT(timeout=9000)
try:
    try:
        if machine.reset_cause() != machine.DEEPSLEEP_RESET:
            import rescue  # type: ignore[import-not-found]

            rescue.again("config.json")
        import awake  # type: ignore[import-not-found]

        awake.run("config.json")
    except Exception as error:
        try:
            import rescue

            rescue.run("config.json", error)
        except Exception:
            pass  # that is damaged, too
        import time

        machine.WDT(timeout=90000)
        time.sleep_ms(60000 if machine.reset_cause() == machine.PWRON_RESET else 5000)
        machine.deepsleep(21600000)
except KeyboardInterrupt:
    machine.WDT(timeout=600000)  # somebody is at the terminal
    raise
