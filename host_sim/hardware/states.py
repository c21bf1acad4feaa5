"""The power states that the ledger books, and the phases of a wake whose length a board gives.

An index here is an index into a board's current table. The radio's phases are states of their
own so that a breakdown says where in a join the charge went; the eleven transmit levels come last.
"""

DEEP_SLEEP, LIGHT_SLEEP, MODEM_SLEEP, IDLE, BOOT, CPU, SENSE = range(7)
SCAN, ASSOCIATE, ADDRESS, CONNECT, LISTEN = range(7, 12)
TX = 12  # TX + level, level 0 … 10

# Wi-Fi transmit power of the ESP32 family: what esp_wifi_set_max_tx_power() floors to
# (ESP-IDF, esp_wifi.h), in dBm.
TX_LEVELS_DBM = (2.0, 5.0, 7.0, 8.5, 11.0, 13.0, 14.0, 15.0, 16.5, 18.0, 20.0)

NAMES = (
    "deep_sleep",
    "light_sleep",
    "modem_sleep",
    "idle",
    "boot",
    "cpu",
    "sense",
    "scan",
    "associate",
    "address",
    "connect",
    "listen",
    *(f"tx_{dbm:g}" for dbm in TX_LEVELS_DBM),
)
STATES = len(NAMES)

# What takes a time of its own, by its name in a board file.
PHASES = (
    "boot",
    "wake_cpu",
    "light_exit",
    "scan",
    "associate",
    "address",
    "address_cached",
    "connect",
    "message",
    "measure",
    "no_ap",
)
