"""The power controller on links that are known: never reckless, and near the best level."""

import math
import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.policy.rig import AT
from torpor.policy import txpower
from torpor.policy.txpower import ALL, ATTEMPTS, LEVEL_QDBM, LEVELS, PATIENCE_MIN

# 25 ms of bursts at 79 + 37.4 * P_mW ** 0.39 mA, the curve fitted to the C6 (numbers of the
# data sheet, ESP32-C6 802.15.4 rows); a lost round of frames and a join as on a DevKit.
BURST_UC = [round(25 * (79 + 37.4 * 10 ** (qdbm / 40 * 0.39))) for qdbm in LEVEL_QDBM]
RETRY_UC = 20_000
REJOIN_UC = 100_000
SENSITIVITY_DBM = -90
TARGET = 655


def radio(lowest: int = 0, highest: int = LEVELS - 1) -> list[int]:
    r = [0] * (AT + txpower.SIZE)
    r[AT + txpower.LOWEST] = lowest
    r[AT + txpower.HIGHEST] = highest
    r[AT + txpower.TARGET] = TARGET
    r[AT + txpower.SENSITIVITY_DBM] = SENSITIVITY_DBM
    r[AT + txpower.AP_QDBM] = 80
    r[AT + txpower.RETRY_UC] = RETRY_UC
    r[AT + txpower.REJOIN_UC] = REJOIN_UC
    r[AT + txpower.ATTEMPT_UC : AT + txpower.ATTEMPT_UC + LEVELS] = BURST_UC
    txpower.start(r, AT)
    return r


def true_loss(rssi_dbm: float) -> list[float]:
    """What each level loses on a link that is as strong both ways."""
    margins = [rssi_dbm + (qdbm - 80) / 4 - SENSITIVITY_DBM for qdbm in LEVEL_QDBM]
    return [1 / (1 + math.exp(0.5 * margin)) for margin in margins]


def true_cost_uc(level: int, loss: float) -> float:
    burst_uc = BURST_UC[level]
    return burst_uc + (burst_uc + RETRY_UC) * loss + REJOIN_UC * loss**ATTEMPTS


def deliver(r: list[int], losses: Sequence[float], dice: random.Random) -> int:
    """One message, attempted as a port does; the level used."""
    level = txpower.choose(r, AT)
    for attempt in range(1, ATTEMPTS + 1):
        if dice.random() >= losses[level]:
            txpower.acked(r, AT, level, attempt)
            return level
    txpower.lost(r, AT, level)
    return level


def excess(rssi_dbm: int, wrong_db: int, seed: int) -> float:
    """Expected charge of the second 1,000 messages over that of the best level, less 1."""
    r = radio()
    txpower.heard(r, AT, rssi_dbm)
    losses = true_loss(rssi_dbm + wrong_db)
    dice = random.Random(seed)
    levels = [deliver(r, losses, dice) for _ in range(2000)][1000:]
    meets = [i for i in range(LEVELS) if losses[i] ** ATTEMPTS * ALL <= TARGET] or [LEVELS - 1]
    best_uc = min(true_cost_uc(level, losses[level]) for level in meets)
    return sum(true_cost_uc(level, losses[level]) for level in levels) / 1000 / best_uc - 1


@pytest.mark.parametrize(("wrong_db", "mean", "most"), [(0, 0.02, 0.08), (-4, 0.03, 0.12)])
def test_on_a_steady_link_the_charge_is_near_the_best_levels(
    wrong_db: int, mean: float, most: float
) -> None:
    """Also when the RSSI promises 4 dB more than the access point hears."""
    found = [excess(dbm, wrong_db, seed) for dbm in range(-95, -40) for seed in range(3)]
    print(f"{wrong_db} dB: mean {sum(found) / len(found):.2%}, most {max(found):.2%}")
    assert sum(found) / len(found) <= mean
    assert max(found) <= most


def test_a_link_better_than_its_rssi_costs_a_quarter_at_most() -> None:
    """A level that the prediction rules out is not tried: 4 dB of pessimism has a price."""
    assert max(excess(dbm, 4, seed) for dbm in range(-95, -40) for seed in range(2)) <= 0.25


STEP = st.one_of(
    st.tuples(st.just("heard"), st.integers(-100, -20)),
    st.tuples(st.just("acked"), st.integers(1, ATTEMPTS)),
    st.tuples(st.just("acked"), st.just(1)),
    st.tuples(st.just("lost"), st.just(0)),
)


@given(st.integers(0, 5), st.integers(5, 10), st.lists(STEP, max_size=150))
def test_the_level_stays_in_the_mode_and_no_loss_lowers_it(
    lowest: int, highest: int, steps: list[tuple[str, int]]
) -> None:
    r = radio(lowest, highest)
    for what, value in steps:
        before = r[AT + txpower.LEVEL]
        level = txpower.choose(r, AT)
        assert before - 1 <= level <= before
        if what == "heard":
            txpower.heard(r, AT, value)
        elif what == "acked":
            txpower.acked(r, AT, level, value)
            assert value == 1 or r[AT + txpower.LEVEL] >= before
        else:
            txpower.lost(r, AT, level)
            assert r[AT + txpower.LEVEL] >= before
        assert lowest <= r[AT + txpower.LEVEL] <= highest
        assert lowest <= txpower.choose(r, AT)


@given(st.floats(0, 1), st.integers(0, 1 << 32))
def test_probes_that_fail_come_ever_more_rarely(loss: float, seed: int) -> None:
    """Between a failed probe and the next lie as many good messages as patience asks for."""
    r = radio()
    txpower.heard(r, AT, -40)
    dice = random.Random(seed)
    good = PATIENCE_MIN
    for _ in range(600):
        stays = r[AT + txpower.LEVEL]
        level = txpower.choose(r, AT)
        if level < stays:
            assert good >= r[AT + txpower.PATIENCE]
            good = 0
        if level < stays and dice.random() < loss:
            patience = r[AT + txpower.PATIENCE]
            txpower.lost(r, AT, level)
            assert r[AT + txpower.PATIENCE] == min(2 * patience, txpower.PATIENCE_MAX)
            assert r[AT + txpower.LEVEL] == stays
        else:
            txpower.acked(r, AT, level, 1)
            good += level == stays
