"""Ways to live on light: none does more than who knows it; hours are those that were lived."""

from pathlib import Path

import numpy as np
import pytest

from host_sim.lab.harvest import optimum, tune, ways, worlds
from host_sim.lab.harvest.study import SHARE, WAYS, Point
from host_sim.lab.harvest.ways import BLOCK_H, Lived
from host_sim.lab.harvest.worlds import DAY_H, FASTEST, Light, Place
from host_sim.sim.harvest import MINUTES_A_DAY

BOARD = "firebeetle_esp32"


def lamp(days: int, first_h: int, last_h: int) -> Light:
    """Days that are all alike."""
    nw = np.zeros((days, MINUTES_A_DAY), np.int64)
    nw[:, first_h * 60 : last_h * 60] = 1_000_000
    return Light("a lamp", nw.ravel(), 20.0, float(nw.mean()))


@pytest.fixture(scope="module")
def same() -> Place:
    return Place(lamp(8, 8, 18), BOARD, SHARE, 24)


def test_served_hours_by_hand() -> None:
    full, half_pace = [float(FASTEST)] * BLOCK_H, [FASTEST / 4] * BLOCK_H
    none = [0.0] * BLOCK_H
    assert Lived(full + half_pace + none, none * 3).served_h == pytest.approx(BLOCK_H * 1.5)
    off = Lived(full + full, [0.0] * 7 + [0.1])
    assert (off.served_h, off.off_h) == (BLOCK_H, 0.1)
    assert Lived([2.0 * FASTEST] * BLOCK_H, none).served_h == BLOCK_H  # what was late is not more


def test_on_days_all_alike_ours_comes_near_the_optimum_and_is_never_off(same: Place) -> None:
    """The first week is spent with care, as its end may be dark."""
    point = Point(same, {name: way(same) for name, (_, way) in WAYS.items()})
    assert point.lives["Torpor"].off_h == 0
    assert 0.8 < point.work("Torpor") <= 1
    month = Place(lamp(30, 8, 18), BOARD, SHARE, 24)
    assert 0.9 < ways.ours(month).served_h / optimum.most(month).served_h <= 1
    assert all(point.work(name) <= 1.005 for name in WAYS)  # its paces are a grid's
    assert len(point.lives["Torpor"].messages) == 8 * DAY_H


def test_in_the_dark_nobody_can_do_anything(same: Place) -> None:
    dark = Place(Light("dark", same.light.nw * 0, 20.0, 1.0), BOARD, 0.0, 4)
    for life in (ways.ours(dark), ways.fixed(1)(dark), optimum.most(dark)):
        assert life.off_h > 7 * DAY_H
    assert sum(ways.ours(dark).messages) <= 3


def test_with_light_enough_everybody_is_at_the_fastest_pace() -> None:
    light = lamp(4, 0, 24)
    plenty = Place(light, BOARD, 4.0, 24)
    assert optimum.most(plenty).served_h == pytest.approx(4 * DAY_H, rel=0.01)
    assert ways.fixed(1)(plenty).served_h > 0.97 * 4 * DAY_H
    assert ways.ours(plenty).messages[-DAY_H:] == pytest.approx([FASTEST] * DAY_H, abs=1.01)


def test_a_fixed_duty_is_so_many_times_the_period(same: Place) -> None:
    plenty = Place(same.light, BOARD, 3.0, 48)
    assert sum(ways.fixed(4)(plenty).messages) == pytest.approx(8 * DAY_H * FASTEST / 4, rel=0.03)


def test_a_store_is_so_many_hours_and_a_panel_such_a_share(same: Place) -> None:
    assert worlds.capacity_mah(same) * 3_600 == pytest.approx(24 * worlds.demand_mc_h(BOARD))
    mean_mw = worlds.power_nw(same).mean() / 1e6
    demand_mw = worlds.demand_mc_h(BOARD) / 3_600 * worlds.STORE_MV / 1_000
    assert mean_mw == pytest.approx(SHARE * demand_mw)


def test_the_weeks_made_up_are_as_their_author_says() -> None:
    weeks = worlds.weeks()
    lit = weeks.nw.reshape(3, 7, MINUTES_A_DAY)
    assert (lit == lit[0]).all()
    assert lit[0].sum(axis=1).tolist() == [
        600_000_000 if day in (0, 1, 2, 5, 6) else 42_000_000 for day in range(7)
    ]


def test_a_weekend_of_the_weeks_is_lived_through_with_what_the_first_taught() -> None:
    place = Place(worlds.weeks(), BOARD, 0.8, 48)
    assert ways.ours(place).off_h == 0
    assert optimum.most(place).off_h == 0
    assert ways.kansal(tune.kansal())(place).off_h > 24


def test_the_best_is_what_serves_most(same: Place) -> None:
    assert tune.best((8, 1.5), ways.fixed, [Place(same.light, BOARD, 2.0, 48)]) == 1.5


def test_the_office_is_whole_days_and_has_a_weekend(recordings: Path) -> None:
    office = worlds.office(recordings)
    by_day = office.nw.reshape(-1, MINUTES_A_DAY).sum(axis=1)
    assert office.days == 11
    assert min(by_day) < max(by_day) / 5
    assert (office.nw.reshape(-1, MINUTES_A_DAY)[:, : 4 * 60] == 0).all()
    assert len({light.name for light in worlds.judged(recordings)}) == 3
