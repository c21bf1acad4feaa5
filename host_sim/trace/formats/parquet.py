"""Parquet: our own recordings whole, and others' where a time and a current name their units.

Ours: current_ua, perhaps voltage_v and the byte `digital`; rate, gaps, channels and the count of
clipped samples in the file's metadata under `torpor`, as JSON.
"""

import json
from dataclasses import asdict
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from host_sim.errors import BadInput
from host_sim.progress import Progress, silent
from host_sim.trace.columns import text
from host_sim.trace.columns.clock import Clock
from host_sim.trace.columns.column import Column
from host_sim.trace.columns.source import Source
from host_sim.trace.columns.units import said
from host_sim.trace.recording import Gap, Recording
from host_sim.trace.spool import Spool, chunks

if TYPE_CHECKING:
    import pyarrow.parquet

NAME = "Parquet"
_KEY = b"torpor"
_ROWS = 1 << 18


def matches(data: bytes) -> bool:
    """Whether the file begins as Parquet."""
    return data.startswith(b"PAR1")


def read(source: Source) -> Recording:
    """All samples; BadInput for a damaged file, or columns that do not say what they are."""
    import pyarrow
    from pyarrow.parquet import ParquetFile

    with source.file() as path:
        try:
            with ParquetFile(path, page_checksum_verification=True, pre_buffer=False) as file:
                metadata = file.schema_arrow.metadata or {}
                if _KEY in metadata:
                    return _own(file, json.loads(metadata[_KEY]), source)
                return _foreign(file, source)
        except (pyarrow.ArrowException, OSError, ValueError, KeyError, TypeError):
            raise BadInput("damaged", where=source.path, remedy="write it again") from None


def _own(file: "pyarrow.parquet.ParquetFile", facts: Any, source: Source) -> Recording:
    names = file.schema_arrow.names
    current_ua, voltage_v = Column("current", source.path), Column("voltage", source.path)
    digital = Spool(np.uint8)
    for batch in file.iter_batches(_ROWS):
        source.progress(current_ua.length / file.metadata.num_rows)
        current_ua.append(batch["current_ua"].to_numpy())
        if "voltage_v" in names:
            voltage_v.append(batch["voltage_v"].to_numpy())
        if "digital" in names:
            digital.append(batch["digital"].to_numpy())
    rate_hz = float(facts["rate_hz"])
    if not 0 < rate_hz <= 1e9:
        raise ValueError
    return Recording(
        str(facts["format"]),
        rate_hz,
        current_ua.array(),
        tuple(Gap(float(gap["start_s"]), float(gap["length_s"])) for gap in facts["gaps"]),
        tuple(map(str, facts["channels"])),
        digital.array() if "digital" in names else None,
        voltage_v.array() if "voltage_v" in names else None,
        int(facts["clipped_samples"]),
    )


def _foreign(file: "pyarrow.parquet.ParquetFile", source: Source) -> Recording:
    columns: dict[str, tuple[str, float]] = {}
    for name in file.schema_arrow.names:
        told = said(name)
        if told and told.scale and told.quantity not in columns:
            columns[told.quantity] = (name, told.scale)
    if not {"time", "current"} <= set(columns):
        names = ", ".join(file.schema_arrow.names)
        remedy = "name the time and the current with their units, as time_s and current_mA"
        raise BadInput(
            f"no time and current with units among {names}", where=source.path, remedy=remedy
        )
    clock = Clock(source.path)
    current_ua, voltage_v = Column("current", source.path), Column("voltage", source.path)
    for batch in file.iter_batches(_ROWS):
        source.progress(current_ua.length / file.metadata.num_rows)
        values = {
            quantity: batch[name].to_numpy(zero_copy_only=False).astype(np.float64) * scale
            for quantity, (name, scale) in columns.items()
        }
        clock.add(values["time"])
        current_ua.append(values["current"])
        if "voltage" in values:
            voltage_v.append(values["voltage"])
    found = Recording(
        "parquet",
        clock.rate_hz(),
        current_ua.array(),
        clock.gaps(),
        voltage_v=voltage_v.array() if "voltage" in columns else None,
    )
    text.check_even(found, source.path)
    return found


def write(path: Path, recording: Recording, progress: Progress = silent) -> None:
    """Write all columns and facts."""
    import pyarrow
    from pyarrow.parquet import ParquetWriter

    facts = {
        "format": recording.format,
        "rate_hz": recording.rate_hz,
        "gaps": [asdict(gap) for gap in recording.gaps],
        "channels": recording.channels,
        "clipped_samples": recording.clipped_samples,
    }
    columns = {"current_ua": recording.current_ua}
    if recording.voltage_v is not None:
        columns["voltage_v"] = recording.voltage_v
    kinds = [(name, pyarrow.float32()) for name in columns]
    arrays: list[Any] = list(columns.values())
    if recording.digital is not None:
        kinds.append(("digital", pyarrow.uint8()))
        arrays.append(recording.digital)
    schema = pyarrow.schema(kinds, metadata={_KEY: json.dumps(facts).encode()})
    with ParquetWriter(path, schema, write_page_checksum=True) as file:
        parted = zip_longest(*(chunks(array, _ROWS) for array in arrays))
        for row, parts in enumerate(parted):
            progress(row * _ROWS / len(recording.current_ua))
            batch = pyarrow.record_batch([pyarrow.array(part) for part in parts], schema=schema)
            file.write_batch(batch)
