"""Start the node that config.json describes; torpor.rescue says what else is here, and why."""

import time

import machine

machine.WDT(timeout=90000)
trial = globals().get("trial")  # of boot.py, while a version is on trial (torpor.trial)
try:
    if machine.reset_cause() == machine.WDT_RESET and not trial:
        from torpor import rescue

        rescue.rest("config.json")
    from torpor import start

    start.run("config.json", trial)
except Exception as error:
    if trial:
        trial.back(error)
    try:
        from torpor import rescue

        rescue.run("config.json", error)
    except Exception:
        pass  # that is damaged, too
    time.sleep_ms(60000)
    machine.deepsleep(3600000)
