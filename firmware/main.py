"""Start the node that config.json describes.

A node that cannot even start (its configuration is missing or wrong) leaves a minute to interrupt
it at the REPL and then sleeps an hour: its cell must outlive the mistake.
"""

import time

import machine

from torpor import start

try:
    start.run("config.json")
except Exception as error:
    start.log(error)
    time.sleep_ms(60000)
    machine.deepsleep(3600000)
