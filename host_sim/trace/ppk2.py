"""The CSV of Nordic's Power Profiler Kit II: Timestamp(ms),Current(uA), perhaps D0-D7."""

import warnings
from pathlib import Path

import numpy as np

from host_sim.errors import BadInput
from host_sim.trace.recording import Floats, Gap, Recording

NAME = "PPK2 CSV"
_HEADERS = {b"Timestamp(ms),Current(uA)": 2, b"Timestamp(ms),Current(uA),D0-D7": 3}
_JUMP = 1.5


def matches(data: bytes) -> bool:
    """Whether the first line is one that the Power Profiler writes."""
    return data.startswith(b"Timestamp(ms),Current(")


def read(data: bytes, path: Path) -> Recording:
    """All samples; BadInput for another unit, a cut row, or times that do not rise."""
    header, _, body = data.partition(b"\n")
    columns = _HEADERS.get(header.strip())
    if columns is None:
        raise BadInput(
            f"the header is {header[:60].decode('ascii', 'replace').strip()}",
            where=path,
            line=1,
            remedy="Timestamp(ms),Current(uA) is needed",
        )
    body = body.rstrip()
    rows = body.count(b"\n") + 1 if body else 0
    numbers = _numbers(body, path)
    if len(numbers) != rows * columns or body.count(b",") != rows * (columns - 1):
        raise BadInput("rows of different length", where=path, remedy="the file is cut off")
    if rows < 2:
        raise BadInput("no two samples", where=path, remedy="record again")
    table = numbers.reshape(rows, columns)
    at_ms, current_ua = table[:, 0], np.ascontiguousarray(table[:, 1])
    if not np.isfinite(table).all():
        row = int(np.argmin(np.isfinite(table).all(axis=1))) + 2
        raise BadInput("not a number", where=path, line=row, remedy="the file is damaged")
    step_ms = np.diff(at_ms)
    if at_ms[0] < 0 or (step_ms <= 0).any():
        row = int(np.argmax(step_ms <= 0)) + 3
        raise BadInput("time does not rise", where=path, line=row, remedy="the file is damaged")
    usual_ms = float(np.median(step_ms))
    gaps = tuple(
        Gap(float(at + 1) * usual_ms / 1000, (float(step_ms[at]) - usual_ms) / 1000)
        for at in np.flatnonzero(step_ms > _JUMP * usual_ms)
    )
    channels = tuple(f"D{i}" for i in range(8)) if columns == 3 else ()
    rate_hz = round(1000 / usual_ms, 3)
    return Recording("ppk2-csv", rate_hz, current_ua, gaps, channels)


def _numbers(body: bytes, path: Path) -> Floats:
    """All numbers of all rows; numpy's own parser, which warns where it stops."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            return np.fromstring(body.replace(b"\r", b"").replace(b"\n", b","), sep=",")
        except (DeprecationWarning, ValueError):
            raise BadInput(
                "something that is no number", where=path, remedy="the file is damaged"
            ) from None


def write(path: Path, rate_hz: int, current_ua: Floats) -> None:
    """Write samples as the Power Profiler does; BadInput when the file cannot be written."""
    at_ms = np.arange(len(current_ua)) * 1000 / rate_hz
    try:
        with path.open("w", encoding="ascii", newline="\n") as file:
            file.write("Timestamp(ms),Current(uA)\n")
            np.savetxt(
                file, np.column_stack([at_ms, current_ua]), fmt=["%.10g", "%.3f"], delimiter=","
            )
    except OSError as error:
        raise BadInput(f"cannot be written ({error.strerror})", where=path) from None
