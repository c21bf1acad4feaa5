"""The configuration: from config.json, read on a cold start only, to the record.

The host writes config.json from a node file and a board file, checked against their schemas; here
it is all numbers. Every key is needed, so a wrong file fails at the first start, by name.
"""

from torpor import record
from torpor.policy import backoff, cascade, energy, report, schedule, sleep, spread, txpower


def configure(r: list[int], config: dict) -> None:
    """Fill a new record. Raises KeyError or ValueError for a configuration that does not fit."""
    for i in range(len(r)):
        r[i] = 0
    if len(config["tasks"]) > schedule.MAX_TASKS:
        raise ValueError("more than %d tasks" % schedule.MAX_TASKS)
    if len(config["channels"]) > report.MAX_CHANNELS:
        raise ValueError("more than %d channels" % report.MAX_CHANNELS)
    r[record.KIND] = record.SWITCH if config["kind"] == "switch" else record.SENSOR
    r[record.CACHE] = config["cache_join"]
    r[record.LEASE_MIN] = config["lease_min"]
    r[record.REPORT_TASK] = config["report_task"]
    r[record.WATCH_TASK] = config["watch_task"]
    r[record.WATCH_CHANNEL] = config["watch_channel"]
    r[record.BATTERY_CHANNEL] = config["battery_channel"]
    r[record.ULP_MS] = config["ulp_ms"]
    _tasks(r, config["tasks"])
    _channels(r, config["channels"])
    _txpower(r, record.TX, config["txpower"])
    _energy(r, record.ENERGY, config["energy"])
    rest = config["sleep"]
    r[record.REST + sleep.LIGHT_MS] = rest["light_ms"]
    r[record.REST + sleep.DEEP_MS] = rest["deep_ms"]
    r[record.REST + sleep.DEEPEST] = rest["deepest"]
    r[record.REST + sleep.ASSOCIATED] = rest["associated"]
    r[record.REST + sleep.LINGERS] = rest["lingers"]
    r[record.SCHEDULE + schedule.START_MS] = rest["start_ms"]
    _cascade(r, record.CASCADE, config["cascade"])
    r[record.SPREAD + spread.STATE] = config["spread"]["seed"]
    r[record.SPREAD + spread.WITHIN_MS] = config["spread"]["within_ms"]
    given = config["backoff"]
    r[record.BACKOFF + backoff.RATE_UC_MIN] = given["rate_uc_min"]
    r[record.BACKOFF + backoff.CPU_UC_MS] = given["cpu_uc_ms"]
    r[record.BACKOFF + backoff.AIR_UC_MS] = given["air_uc_ms"]
    r[record.BACKOFF + backoff.START_UC] = given["start_uc"]
    r[record.BACKOFF + backoff.USUAL_MS] = given["usual_ms"]
    r[record.BACKOFF + backoff.LOST_MS] = given["lost_ms"]


def _tasks(r: list[int], tasks: list) -> None:
    r[record.SCHEDULE + schedule.TASKS] = len(tasks)
    sensing = 0
    for i, task in enumerate(tasks):
        mask = 0
        for channel in task["channels"]:
            mask |= 1 << channel
        r[record.BY_ULP] |= task["ulp"] << i
        r[record.TASK + i * record.TASK_ROW + record.CHANNELS] = mask
        r[record.TASK + i * record.TASK_ROW + record.WARMUP_MS] = task["warmup_ms"]
        r[record.TASK + i * record.TASK_ROW + record.LONGEST_MS] = task["longest_ms"]
        row = record.SCHEDULE + schedule.HEAD + i * schedule.ROW
        r[row + schedule.PERIOD_MS] = task["period_ms"]
        r[row + schedule.EARLY_MS] = task["early_ms"]
        r[row + schedule.LATE_MS] = task["late_ms"]
        r[row + schedule.PRIORITY] = task["priority"]
        r[row + schedule.COST_UC] = task["cost_uc"]
        if not task["radio"]:
            if sensing < i:
                raise ValueError("task %d, without radio, follows one with it" % i)
            sensing += 1
    r[record.SCHEDULE + schedule.SENSING] = sensing


def _channels(r: list[int], channels: list) -> None:
    r[record.REPORT + report.CHANNELS] = len(channels)
    for i, channel in enumerate(channels):
        row = record.REPORT + report.HEAD + i * report.ROW
        r[row + report.DELTA] = channel["delta"]
        r[row + report.WITHIN_MS] = channel["within_ms"]


def _txpower(r: list[int], at: int, config: dict) -> None:
    r[at + txpower.LOWEST] = config["lowest"]
    r[at + txpower.HIGHEST] = config["highest"]
    r[at + txpower.SENSITIVITY_DBM] = config["sensitivity_dbm"]
    r[at + txpower.RETRY_UC] = config["retry_uc"]
    r[at + txpower.QUESTIONS] = config["questions"]
    for level in range(txpower.LEVELS):
        r[at + txpower.BURST_UC + level] = config["burst_uc"][level]
    txpower.start(r, at)


def _energy(r: list[int], at: int, config: dict) -> None:
    r[at + energy.LOW_PERMILLE] = config["low_permille"]
    r[at + energy.CRITICAL_PERMILLE] = config["critical_permille"]
    r[at + energy.BAND_PERMILLE] = config["band_permille"]
    r[at + energy.TARGET_H] = config["target_h"]
    r[at + energy.BUDGET_UC_MIN] = config["budget_uc_min"]
    r[at + energy.START_UC] = config["start_uc"]
    r[at + energy.AIR_UC_MS] = config["air_uc_ms"]
    for step in range(11):
        r[at + energy.OCV_MV + step] = config["ocv_mv"][step]
    r[at + energy.SOC_PERMILLE] = -1
    r[at + energy.CAPACITY_MC] = config["capacity_mc"]
    if config["capacity_mc"]:  # it may have begun with next to nothing, and knows of no light
        r[at + energy.MORE_X16] = energy.MOST_X16
    r[at + energy.RESTED_PERMILLE] = -1
    r[at + energy.PLANNED_H] = -1


def _cascade(r: list[int], at: int, config: dict) -> None:
    stages = config["stages"]
    if len(stages) > cascade.MAX_STAGES:
        raise ValueError("more than %d stages" % cascade.MAX_STAGES)
    r[at + cascade.STAGES] = len(stages)
    r[at + cascade.INTERVAL_MS] = config["interval_ms"]
    r[at + cascade.FALSE_PER_DAY] = config["false_per_day"]
    r[at + cascade.EVENTS_PER_DAY] = config["events_per_day"]
    r[at + cascade.ASKS] = config["asks"]
    r[at + cascade.HOLD_MS] = config["hold_ms"]
    for i, stage in enumerate(stages):
        row = at + cascade.HEAD + i * cascade.ROW
        r[row + cascade.MARGIN] = stage["margin"]
        r[row + cascade.RATIO_X16] = stage["ratio_x16"]
        r[row + cascade.BAND] = stage["band"]
    cascade.start(r, at)
