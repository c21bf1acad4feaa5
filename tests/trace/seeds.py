"""Whole files of each format: made here by the documented layout, and genuine ones, shortened."""

import gzip
import io
import json
import lzma
import struct
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import zstandard

from host_sim.trace.formats import jls
from host_sim.trace.formats.part import HEAD
from host_sim.trace.recording import Recording
from tests.trace import strict

MADE_A = [0.01, 0.02, 0.03, 0.25, 0.02, 0.01, 0.015, 0.02]


@dataclass(frozen=True)
class Seed:
    """A file, what its user says of it, and its charge in mC by another reading."""

    name: str
    data: bytes
    charge_mc: Callable[[bytes], float]
    said: dict[str, str | float] = field(default_factory=dict)


def rld(
    amperes: list[float],
    *,
    block: int = 4,
    valid: list[int] | None = None,
    at_s: list[float] | None = None,
    channels: tuple[str, ...] = ("I1L", "I1H"),
    rate_hz: int = 1000,
) -> bytes:
    """A RocketLogger file (version 4) of one current, its ranges in nA and µA, and V1 in mV."""
    blocks = len(amperes) // block
    names = [(4, 0, 0, 0xFFFF, b"I1L_valid"), (3, 0, 0, 0xFFFF, b"DI1")]
    scales = {"I1L": -9, "I1H": -6, "I2H": -6, "V1": -3}
    units = {"I": 2, "V": 1}
    for name in (*channels, "V1"):
        linked = 0 if name == "I1L" else 0xFFFF
        names.append((units[name[0]], scales[name], 4, linked, name.encode()))
    head = b"".join(struct.pack("<IiHH16s", *name) for name in names)
    lead_in = struct.pack(
        "<4sHHIIQH6sqqIHH",
        *(b"%RLD", 4, 60 + len(head), block, blocks, blocks * block, rate_hz, bytes(6), 0, 0, 4),
        *(2, len(names) - 2),
    )
    true_hz = rate_hz * (100e6 / 49) / 2.048e6
    body = []
    for i in range(blocks):
        at = at_s[i] if at_s else i * block / true_hz
        body.append(struct.pack("<qqqq", 0, 0, int(at), round(at % 1 * 1e9)))
        for j in range(i * block, (i + 1) * block):
            bit = (valid[j] if valid else 0) | (j & 1) << 1
            row = [round(amperes[j] * 10 ** -scales[name]) for name in channels]
            body.append(struct.pack(f"<I{len(row) + 1}i", bit, *row, 3300))
    return lead_in + b"note" + head + b"".join(body)


def sigrok(
    channels: dict[str, list[float]],
    logic: bytes = b"",
    rate: str = "1 kHz",
    probes: tuple[int, ...] = (1,),
    unit_bytes: int = 1,
) -> bytes:
    """A session of version 2, as libsigrok lays it out; only probes that were on are named."""
    lines = ["[global]", "sigrok version=0.5.2", "", "[device 1]", f"samplerate={rate}"]
    if logic:
        lines += ["capturefile=logic-1", f"unitsize={unit_bytes}"]
        lines += [f"total probes={8 * unit_bytes}", *(f"probe{i}=D{i - 1}" for i in probes)]
    lines += [f"total analog={len(channels)}"]
    lines += [f"analog{i}={name}" for i, name in enumerate(channels, 2)]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("version", "2")
        file.writestr("metadata", "\n".join(lines) + "\n")
        for i, values in enumerate(channels.values(), 2):
            half = len(values) // 2
            for part, some in enumerate((values[:half], values[half:]), 1):
                file.writestr(f"analog-1-{i}-{part}", np.array(some, "<f4").tobytes())
        if logic:
            file.writestr("logic-1-1", logic)
    return packed.getvalue()


def joulescope(recording: Recording) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.jls"
        jls.write(path, recording)
        return path.read_bytes()


OTII3 = "e613afab-0824-4d06-85f3-dfe091fc99b2"


def otii3(folder: Path, channels: list[tuple[str, str, float, list[float]]]) -> Path:
    """A project of format 17: name, type, rate and values of each channel. Returns the .otii3."""
    root = folder / "data"
    for part in ("meta", f"versions/{OTII3}/data"):
        (root / part).mkdir(parents=True)
    (root / "meta/project_format").write_text("17")
    (root / "meta/saved_version").write_text(OTII3)
    measurements = []
    for i, (name, kind, rate_hz, values) in enumerate(channels):
        source = {"type": "samples", "id": i, "name": name, "data_type": kind}
        source |= {"sample_rate": rate_hz, "device": "8a044d28"}
        measurements.append(
            {"measurement": {"id": f"a{i}", "source": source}, "data": {"id": f"b{i}"}, "offset": 0}
        )
        (root / f"data/project/b{i}").mkdir(parents=True)
        (root / f"data/project/b{i}/samples.dat").write_bytes(np.array(values, "<f4").tobytes())
    project = {"name": "", "recordings": [{"id": "28ba0f1b", "measurements": measurements}]}
    (root / f"versions/{OTII3}/data/project.json").write_text(json.dumps(project))
    stub = folder / "made.otii3"
    stub.write_text('{\n  "version": "3.0",\n  "created": "2026-01-01T00:00:00.000Z"\n}')
    return stub


def made() -> Iterator[Seed]:
    """Files made here."""
    rows = "".join(f"{10 * i},3.3,{a * 1000:.2f},{i % 2}\n" for i, a in enumerate(MADE_A))
    plain = f"timestamp_ms,voltage_V,current_mA,marker\n{rows}".encode()
    yield Seed("logger.csv", plain, strict.logger)
    yield Seed("logger.csv.xz", lzma.compress(plain), lambda d: strict.logger(strict.unpacked(d)))
    yield Seed("logger.csv.gz", gzip.compress(plain), lambda d: strict.logger(strict.unpacked(d)))
    zst = zstandard.ZstdCompressor(write_checksum=True).compress(plain)
    yield Seed("logger.csv.zst", zst, lambda d: strict.logger(strict.unpacked(d)))
    ua = "ms,mV,uA,p_mW\r\n# meta, a=1\r\n" + "".join(
        f"{10 * i},3300,{a * 1e6:.0f},1\n" for i, a in enumerate(MADE_A)
    )
    yield Seed("logger-ua.csv", f"{ua}# summary, E=1\n".encode(), strict.logger)
    otii = '"Timestamp","Value"\n' + "".join(f"{i / 4e3:.6f},{a}\n" for i, a in enumerate(MADE_A))
    yield Seed("otii.csv", otii.encode(), partial(strict.otii, unit="A"), {"unit": "A"})
    ppk2 = "Timestamp(ms),Current(uA),D0-D7\n" + "".join(
        f"{i / 100},{a * 1e6:.3f},00000001\n" for i, a in enumerate(MADE_A)
    )
    yield Seed("ppk2.csv", ppk2.encode(), strict.ppk2)
    frames = b"".join(struct.pack("<fH", a * 1e6, 0x5556) for a in MADE_A)
    yield Seed("ppk2.part", HEAD + frames, strict.part)
    dmm = "Style,Standard\nIndex,Reading,Unit,Date,Time,Fractional Seconds\n" + "".join(
        f"{i},{a},Amp DC,04/13/2021,15:49:24,.{i:03d}\n" for i, a in enumerate(MADE_A, 1)
    )
    yield Seed("dmm.csv", dmm.encode(), strict.dmm)
    yield Seed("made.rld", rld(MADE_A, valid=[1, 1, 0, 0, 1, 1, 0, 0]), strict.rld)
    session = sigrok({"I": MADE_A, "Voltage": [3.3] * 8}, bytes(range(8)))
    yield Seed("made.sr", session, partial(strict.sigrok, channel="I", unit="A"))
    recording = Recording("made", 1000.0, np.array(MADE_A, np.float32) * np.float32(1e6))
    whole_mc = recording.charge_mc
    # Each of its chunks has a CRC, so what is read at all is what was written.
    yield Seed("made.jls", joulescope(recording), lambda _: whole_mc)


def genuine(recordings: Path) -> Iterator[Seed]:
    """Files of the instruments and their tools, of at most 60 kB."""
    xifi = (recordings / "esp32/esp32c5-xifi/100B_WiFi.csv").read_bytes()
    yield Seed("xifi.csv", xifi[: xifi.index(b"\n", 3000) + 1], strict.logger)
    tx = (recordings / "esp32/esp32-ble-kadoshima/tx/trial_001_c2_i100_on.csv").read_bytes()
    short = tx[: tx.index(b"\n", 3000) + 1] + tx[tx.index(b"# summary") :]
    yield Seed("kadoshima.csv", short, strict.logger)
    otii = (recordings / "formats/otii-arc-csv/current.csv").read_bytes()
    short = otii[: otii.index(b"\n", 3000) + 1]
    yield Seed("otii.csv", short, partial(strict.otii, unit="A"), {"unit": "A"})
    dated = (recordings / "esp32/esp32-devkit-polimi/transmission_power.csv").read_bytes()
    by_volts = partial(strict.dated, volts=3.3)
    yield Seed("polimi.csv", dated, by_volts, {"unit": "mW", "volts": 3.3})
    yield Seed("ents.rld", ents(recordings, 5), strict.rld)
    sr = recordings / "formats/sigrok-sr/channel-access-write.sr"
    by_name = partial(strict.sigrok, channel="CH1", unit="mA")
    yield Seed("ch1.sr", sr.read_bytes(), by_name, {"channel": "CH1", "unit": "mA"})
    ssr = recordings / "formats/joulescope-jls-v2/ssr_cap_charging_20241127_120853.jls"
    # 0.008976204320788383 A summed by pyjls 0.17.0 over 1,122 samples at 2 Hz.
    yield Seed("ssr.jls", ssr.read_bytes(), lambda _: 0.008976204320788383 / 2 * 1000)


def ents(recordings: Path, blocks: int) -> bytes:
    """The first blocks of a genuine RocketLogger file, its header told of their number."""
    data = (recordings / "esp32/esp32c3-ents/0bytes_13bytesoverhead.rld").read_bytes()
    whole = data[: 368 + blocks * (32 + 100 * 16)]
    return whole[:12] + struct.pack("<IQ", blocks, blocks * 100) + whole[24:]
