"""Start the node that config.json describes."""

from torpor import start

start.run("config.json")
