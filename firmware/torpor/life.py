"""One wake of whatever node this is, as its record says."""

from torpor import record, sensor, switch
from torpor.port import Port


def wake(r: list[int], port: Port, cause: int) -> int:
    """One wake; the ms to sleep, of kind r[SLEEP_KIND]."""
    if r[record.KIND] == record.SWITCH:
        return switch.wake(r, port, cause)
    return sensor.wake(r, port, cause)
