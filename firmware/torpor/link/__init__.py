"""The link behind the port: Wi-Fi and MQTT."""

# What sockets and the network raise; codes that ports/esp32/network_common.c:82 (MicroPython 1.29)
# does not list are a RuntimeError.
ERRORS = (OSError, RuntimeError)
NAMESPACE = "torpor"  # of non-volatile storage, where the secrets are
SECRET_BYTES = 128  # the longest of them


def nothing() -> None:
    """What a link's `feed` does where no watchdog is started."""
