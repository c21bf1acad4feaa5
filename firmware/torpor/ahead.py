"""A node that harvests plans its next half day: loaded for that alone, once an hour."""

from torpor import record
from torpor.policy import energy, harvest, schedule
from torpor.record import ENERGY, SCHEDULE


def plan(r: list[int]) -> None:
    """Have the periods follow from the charge that this wake read."""
    more_x16 = r[SCHEDULE + schedule.STRETCH_X16]
    more_x16 = harvest.pace_x16(r, ENERGY, r[record.UPTIME_MIN] // 60, more_x16)
    r[ENERGY + energy.MORE_X16] = more_x16
    schedule.save(r, SCHEDULE, r[ENERGY + energy.MODE], more_x16)
