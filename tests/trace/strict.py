"""The charge of a file, in mC, read a second time without the project's readers.

Plain Python over the bytes, for the tests to compare with. An error here means that the file is
none; a reader that gives a number for such a file is wrong.
"""

import configparser
import gzip
import io
import itertools
import json
import lzma
import math
import re
import statistics
import struct
import zipfile
from datetime import datetime
from pathlib import Path

import zstandard

UA = {"A": 1e6, "mA": 1e3, "uA": 1.0, "µA": 1.0, "nA": 1e-3}
SECONDS = {"ms": 1e-3, "s": 1.0, "us": 1e-6, "µs": 1e-6}
DMM_TIME = "%m/%d/%Y %H:%M:%S%z"
TIME = f"(?i:t|time(?:stamp)?)?[_ ]?({'|'.join(SECONDS)})"
CURRENT = f"(?i:i|curr(?:ent)?)?[_ ]?({'|'.join(UA)})"


def unpacked(data: bytes) -> bytes:
    if data.startswith(b"\xfd7zXZ\x00"):
        return lzma.decompress(data)
    if data.startswith(b"\x1f\x8b"):
        return gzip.decompress(data)
    if data.startswith(b"\x28\xb5\x2f\xfd"):
        with zstandard.ZstdDecompressor().stream_reader(io.BytesIO(data)) as reader:
            return reader.read()
    return data


def of_times(at_s: list[float], ua: list[float]) -> float:
    """Each sample lasts the mean interval of neighbours."""
    steps = [b - a for a, b in itertools.pairwise(at_s)]
    usual = statistics.median(steps)
    near = [step for step in steps if step <= 1.5 * usual]
    return sum(ua) * (sum(near) / len(near)) / 1000


def csv(data: bytes) -> list[list[str]]:
    return [line.split(",") for line in data.decode("utf-8-sig").rstrip().splitlines()]


def told(head: list[str], pattern: str) -> list[tuple[int, re.Match[str]]]:
    found = [(i, re.fullmatch(pattern, name.strip())) for i, name in enumerate(head)]
    return [(i, match) for i, match in found if match]


def logger(data: bytes) -> float:
    head, *rows = csv(data)
    rows = [row for row in rows if not row[0].startswith("#")]
    ((at, second),) = [(i, SECONDS[m[1]]) for i, m in told(head, TIME)]
    ((ua, scale),) = [(i, UA[m[1]]) for i, m in told(head, CURRENT)]
    return of_times([float(r[at]) * second for r in rows], [float(r[ua]) * scale for r in rows])


def part(data: bytes) -> float:
    """torpor record's: frames of a current and four channels twice; what has not all is a gap."""
    body = data[data.index(b"\n") + 1 :]
    frames = struct.iter_unpack("<fBB", body[: len(body) // 6 * 6])
    return math.fsum(ua for ua, low, high in frames if low and high and ua == ua) / 1e8


def ppk2(data: bytes) -> float:
    rows = csv(data)[1:]
    return of_times([float(row[0]) * 1e-3 for row in rows], [float(row[1]) for row in rows])


def otii(data: bytes, unit: str) -> float:
    rows = csv(data)[1:]
    return of_times([float(at) for at, _ in rows], [float(value) * UA[unit] for _, value in rows])


def dated(data: bytes, volts: float) -> float:
    rows = csv(data)[1:]
    stamps = [datetime.fromisoformat(at) for at, _ in rows]
    at_s = [(stamp - stamps[0]).total_seconds() for stamp in stamps]
    return of_times(at_s, [float(value) / volts * 1000 for _, value in rows])


def dmm(data: bytes) -> float:
    rows = csv(data)
    head = next(i for i, row in enumerate(rows) if row[0] == "Index")
    named = [dict(zip(rows[head], row, strict=True)) for row in rows[head + 1 :]]
    whole = [datetime.strptime(f"{r['Date']} {r['Time']}+0000", DMM_TIME) for r in named]
    at_s = [
        (second - whole[0]).total_seconds() + float(row["Fractional Seconds"])
        for second, row in zip(whole, named, strict=True)
    ]
    return of_times(at_s, [float(row["Reading"]) * 1e6 for row in named])


def rld(data: bytes, channel: str = "I1") -> float:
    """By struct, sample for sample, with the low range where its valid bit is set."""
    length, block_samples, blocks = struct.unpack_from("<HII", data, 6)
    rate_hz = int.from_bytes(data[24:26], "little")
    comment, binaries, analogs = struct.unpack_from("<IHH", data, 48)
    channels = []
    for i in range(binaries + analogs):
        unit, scale, size, valid, name = struct.unpack_from("<IiHH16s", data, 56 + comment + 28 * i)
        if data[4] == 2 and valid != 0xFFFF:
            valid -= 1
        channels.append((unit, scale, size, valid, name.split(b"\0")[0].decode()))
    words = -(-binaries // 32)
    names = [c[4] for c in channels]
    low = names.index(f"{channel}L") if f"{channel}L" in names else None
    high = names.index(f"{channel}H") if f"{channel}H" in names else None

    def value(at: int, index: int) -> float:
        at += 4 * words + sum(c[2] for c in channels[binaries:index])
        raw = int.from_bytes(data[at : at + channels[index][2]], "little", signed=True)
        return float(raw * 10.0 ** channels[index][1])

    amperes = 0.0
    sample_bytes = 4 * words + sum(c[2] for c in channels[binaries:])
    at = length
    for _ in range(blocks):
        at += 32
        for _ in range(block_samples):
            index = high
            if low is not None:
                bits = int.from_bytes(data[at : at + 4 * words], "little")
                linked = channels[low][3]
                valid = linked == 0xFFFF or bits >> linked & 1
                index = low if valid or high is None else high
            assert index is not None
            amperes += value(at, index)
            at += sample_bytes
    assert at == len(data)
    return float(amperes * 1000 / (rate_hz * (100e6 / 49) / 2.048e6))


def sigrok(data: bytes, channel: str, unit: str) -> float:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        metadata = configparser.ConfigParser(delimiters=("=",), interpolation=None)
        metadata.read_string(file.read("metadata").decode())
        device = metadata["device 1"]
        (key,) = [key for key, name in device.items() if name == channel]
        number, prefix = device["samplerate"].split(" ")
        hz = float(number) * {"Hz": 1, "kHz": 1e3, "MHz": 1e6, "GHz": 1e9}[prefix]
        start = f"analog-1-{key.removeprefix('analog')}"
        parts = [n for n in file.namelist() if n == start or n.startswith(f"{start}-")]
        values = [v for n in parts for (v,) in struct.iter_unpack("<f", file.read(n))]
    return float(sum(values) * UA[unit] / hz / 1000)


def otii3(project: Path) -> float:
    root = project.parent / "data"
    version = (root / "meta" / "saved_version").read_text().strip()
    layout = json.loads((root / "versions" / version / "data" / "project.json").read_text())
    (recording,) = layout["recordings"]
    (entry,) = [
        entry
        for entry in recording["measurements"]
        if entry["measurement"]["source"]["data_type"] == "current"
    ]
    data = (root / "data" / "project" / entry["data"]["id"] / "samples.dat").read_bytes()
    rate_hz = entry["measurement"]["source"]["sample_rate"]
    return float(sum(v for (v,) in struct.iter_unpack("<f", data)) * 1000 / rate_hz)
