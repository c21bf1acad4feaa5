"""The power controller in any world: within its mode and its bounds, and up after a loss."""

from hypothesis import given
from hypothesis import strategies as st

from tests.policy.rig import AT
from torpor.policy import txpower
from torpor.policy.txpower import JOIN_QUESTIONS, LEVEL_QDBM, LEVELS

# 25 ms of bursts at 79 + 37.4 * P_mW ** 0.39 mA, the curve fitted to the C6 (numbers of the
# data sheet, ESP32-C6 802.15.4 rows).
BURST_UC = [round(25 * (79 + 37.4 * 10 ** (qdbm / 40 * 0.39))) for qdbm in LEVEL_QDBM]


def radio(lowest: int = 0, highest: int = LEVELS - 1, retry_uc: int = 900_000) -> list[int]:
    r = [0] * (AT + txpower.SIZE)
    r[AT + txpower.LOWEST] = lowest
    r[AT + txpower.HIGHEST] = highest
    r[AT + txpower.SENSITIVITY_DBM] = -99
    r[AT + txpower.RETRY_UC] = retry_uc
    r[AT + txpower.BURST_UC : AT + txpower.BURST_UC + LEVELS] = BURST_UC
    txpower.start(r, AT)
    return r


WAKE = st.tuples(st.integers(-100, -20), st.booleans())


@given(st.integers(0, 5), st.integers(5, 10), st.lists(WAKE, max_size=150))
def test_the_level_stays_in_the_mode_and_a_loss_alone_never_lowers_it(
    lowest: int, highest: int, wakes: list[tuple[int, bool]]
) -> None:
    r = radio(lowest, highest)
    for dbm, lost in wakes:
        level = txpower.choose(r, AT)
        assert lowest <= level <= highest
        txpower.heard(r, AT, dbm)
        before = txpower.choose(r, AT)
        txpower.asked(r, AT, level, JOIN_QUESTIONS, lost)
        after = txpower.choose(r, AT)
        assert after >= before if lost else after <= before or before == highest
        assert abs(r[AT + txpower.BIAS_X4096]) <= 24 * 4096


@given(st.integers(-90, -40), st.integers(1, 4))
def test_a_time_out_that_counts_more_never_lowers_the_power(dbm: int, weight: int) -> None:
    levels = []
    for times in (1, weight):
        r = radio(retry_uc=900_000 * times)
        txpower.heard(r, AT, dbm)
        levels.append(txpower.choose(r, AT))
    assert levels[0] <= levels[1]
