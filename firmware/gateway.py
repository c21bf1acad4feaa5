"""Start the gateway that config.json describes: main.py of a board that is one (torpor.gateway).

It is on the mains: whatever went wrong, there is a minute to interrupt it, and then a reset.
"""

import machine

machine.WDT(timeout=9000)
try:
    try:
        if machine.reset_cause() == machine.WDT_RESET:
            import rescue  # type: ignore[import-not-found]

            rescue.log("the watchdog bit")
        from torpor import gateway

        gateway.run("config.json")
    except Exception as error:
        try:
            import rescue

            rescue.run("config.json", error)
        except Exception:
            pass  # that is damaged, too
        import time

        machine.WDT(timeout=90000)
        time.sleep_ms(60000)
        machine.reset()
except KeyboardInterrupt:
    machine.WDT(timeout=600000)  # somebody is at the terminal
    raise
