"""Otii 3 project: a small .otii3 file and, beside it, data/ with what was recorded.

The layout is that which the otiio package documents for project format 17: data/meta/saved_version
names the version whose project.json lists the channels, each with its rate and the folder of its
samples, 32-bit floats in A or V.
"""

import re
from pathlib import Path

import msgspec
import numpy as np

from host_sim.errors import BadInput
from host_sim.files import inputs
from host_sim.trace.columns.clock import MOST_HZ
from host_sim.trace.columns.column import Column, floats
from host_sim.trace.columns.source import Source
from host_sim.trace.recording import Recording
from host_sim.trace.spool import CHUNK

NAME = "Otii 3 project"
_FORMAT = "17"
_PROJECT_BYTES = 1 << 26
_STUB = re.compile(rb'\s*\{\s*"version"\s*:\s*"3\.[^"]*"\s*,\s*"created"')
_ID = re.compile(r"[0-9a-fA-F-]{1,64}")  # also a folder's name


class _Channel(msgspec.Struct):
    type: str
    name: str
    data_type: str = ""
    sample_rate: float = 0
    device: str = ""


class _Measurement(msgspec.Struct):
    source: _Channel


class _Data(msgspec.Struct):
    id: str


class _Entry(msgspec.Struct):
    measurement: _Measurement
    data: _Data
    offset: float = 0


class _Recording(msgspec.Struct):
    measurements: list[_Entry]


class _Project(msgspec.Struct):
    recordings: list[_Recording]


def matches(data: bytes) -> bool:
    """Whether it is the file that Otii 3 lays beside its data."""
    return bool(_STUB.match(data))


def read(source: Source) -> Recording:
    """The one current of the one recording, or `channel` (mc, ac, ...), and its rail's voltage.

    A voltage of a lower rate is held. It is left out where it does not cover the current. BadInput
    for a missing or damaged part, several recordings, or several currents.
    """
    root = source.path.parent / "data"
    project = _project(root)
    if len(project.recordings) != 1:
        raise BadInput(
            f"the project has {len(project.recordings)} recordings",
            where=source.path,
            remedy="keep one in a copy of it",
        )
    entries = [e for e in project.recordings[0].measurements if e.measurement.source.sample_rate]
    current = _current(entries, source)
    wanted = current.measurement.source
    rate_hz = wanted.sample_rate
    if not 1 / MOST_HZ <= rate_hz <= MOST_HZ:
        raise BadInput(f"a rate of {rate_hz} Hz", where=source.path, remedy="save it again")
    ua = _samples(root, current, "current")
    rail = f"{wanted.name[:1]}v{wanted.name[2:]}"
    volts = [
        entry
        for entry in entries
        if (entry.measurement.source.name, entry.measurement.source.device) == (rail, wanted.device)
        and entry.offset == current.offset
    ]
    found = Recording("otii3", rate_hz, ua.array())
    if len(volts) != 1:
        return found
    times = rate_hz / volts[0].measurement.source.sample_rate
    voltage_v = _samples(root, volts[0], "voltage", times)
    if voltage_v.length < ua.length:
        return found
    return Recording("otii3", rate_hz, found.current_ua, voltage_v=voltage_v.array()[: ua.length])


def _project(root: Path) -> _Project:
    number = root / "meta" / "project_format"
    if number.is_file() and (found := _text(number).strip()) != _FORMAT:
        remedy = f"project format {_FORMAT} is read: export the channels as CSV"
        raise BadInput(f"project format {found[:20]}", where=number, remedy=remedy)
    version = _text(root / "meta" / "saved_version").strip()
    if not _ID.fullmatch(version):
        raise BadInput("no version", where=root / "meta" / "saved_version", remedy="save it again")
    path = root / "versions" / version / "data" / "project.json"
    try:
        return msgspec.json.decode(_text(path), type=_Project)
    except msgspec.MsgspecError as error:
        raise BadInput(f"not a project ({error})", where=path, remedy="save it again") from None


def _text(path: Path) -> str:
    try:
        return inputs.data(path, _PROJECT_BYTES).decode("utf-8")
    except UnicodeDecodeError:
        raise BadInput("not a text file", where=path, remedy="save it again") from None


def _current(entries: list[_Entry], source: Source) -> _Entry:
    mine = [
        entry
        for entry in entries
        if entry.measurement.source.type == "samples"
        and entry.measurement.source.data_type == "current"
        and (source.channel or entry.measurement.source.name) == entry.measurement.source.name
    ]
    if len(mine) == 1:
        return mine[0]
    names = ", ".join(entry.measurement.source.name for entry in entries) or "none"
    what = "several currents" if mine else "no such current"
    remedy = "give --channel mc for Main current"
    raise BadInput(f"{what} among the channels {names}", where=source.path, remedy=remedy)


def _samples(root: Path, entry: _Entry, quantity: str, times: float = 1) -> Column:
    """Samples of a channel, each taken `times` over; none where that is no whole number."""
    column = Column(quantity, root)
    if times != int(times):
        return column
    if not _ID.fullmatch(entry.data.id):
        raise BadInput(f"no data folder {entry.data.id[:64]!r}", where=root, remedy="save it again")
    path = root / "data" / "project" / entry.data.id / "samples.dat"
    column.path = path
    scale = 1e6 if quantity == "current" else 1.0
    with inputs.opened(path) as file:
        while data := file.read(CHUNK * 4):
            if len(data) % 4:
                raise BadInput("cut off", where=path, remedy="save it again")
            column.append(np.repeat(floats(data) * scale, int(times)))
    return column
