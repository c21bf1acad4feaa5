"""CSV files of loggers: what a column's name says, and what is refused."""

from pathlib import Path

import pytest

from host_sim.errors import BadInput
from host_sim.trace.columns.units import said
from tests.trace.conftest import read

ROWS = "0,3.3,1.5\n10,3.3,2.5\n20,3.3,3.5\n"


@pytest.mark.parametrize(
    ("head", "rows", "says"),
    [
        ("timestamp_ms,current_mA,i_uA", ROWS, ":1: current_mA and i_uA could each be the current"),
        ("timestamp,voltage_V,current_mA", ROWS, ":1: no column of .* tells the time with its"),
        ("ms,peak_mA,mA", "0,nan,1\n1,2,nan\n2,2,2\n", ":3: no current"),
        ("ms,mV,mA", ROWS[:-1], "the last line lacks its end"),
        ("ms,mV,mA", ROWS.replace("10,", "30,"), ":4: time does not rise"),
        ("ms,mV,mA", ROWS.replace(",3.3,2", ",nan,2"), "sample 1 is no voltage"),
        ("ms,mV,mA", ROWS.replace("10,", "\n10,"), "an empty row"),
        ("ms,mV,mA", ROWS.replace("10,", "# lost\n10,"), ":3: not a whole row"),
        ("ms,marker,mA", ROWS, "the marker is not 0 or 1"),
        ("ms,mV,mA", "0,3,1\n", "no two samples"),
        ("ms,mV,mA", "".join(f"{t},3,1\n" for t in (0, 1, 2, 9, 10, 11, 19, 20, 21)), "2 of 9 row"),
    ],
)
def test_a_logger_in_doubt_is_refused(path: Path, head: str, rows: str, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        read(path, f"{head}\n{rows}".encode())


@pytest.mark.parametrize(
    ("most_ma", "times", "clipped"),
    [(400.0, 3, 3), (-400.0, 2, 2), (400.0, 1, 0), (399.9, 3, 0), (3200.0, 2, 2), (500.0, 4, 0)],
)
def test_clipping_is_the_end_of_a_range_more_than_once(
    path: Path, most_ma: float, times: int, clipped: int
) -> None:
    currents = [25.0] * 5 + [most_ma] * times + [25.0] * 5
    rows = "".join(f"{10 * i},{ma}\n" for i, ma in enumerate(currents))
    assert read(path, f"ms,mA\n{rows}".encode()).clipped_samples == clipped


def test_a_logger_of_another_header_is_read(path: Path) -> None:
    data = "\ufeffTime (s),Bus Voltage (V),Current (\u03bcA),note\r\n# x\r\n0,3,1,a\r\n0.5,3,2,\r\n"
    recording = read(path, data.encode())
    assert (recording.rate_hz, recording.current_ua.tolist()) == (2.0, [1.0, 2.0])
    assert recording.energy_mj == pytest.approx(3 * 0.0015)


@pytest.mark.parametrize(
    ("name", "quantity", "scale"),
    [
        ("timestamp_ms", "time", 1e-3),
        ("ms", "time", 1e-3),
        ("Current(mA)", "current", 1e3),
        ("I [A]", "current", 1e6),
        ("nA", "current", 1e-3),
        ("current", "current", None),
        ("bus_voltage", "voltage", None),
        ("mV", "voltage", 1e-3),
        ("shunt_voltage_mV", None, None),
        ("peak_current_mA", None, None),
        ("power_mW", None, None),
        ("DATA", None, None),
        ("volts", None, None),
        ("Ma", None, None),
        ("", None, None),
    ],
)
def test_what_a_name_says(name: str, quantity: str | None, scale: float | None) -> None:
    found = said(name)
    assert (found and found.quantity, found and found.scale) == (quantity, scale)
