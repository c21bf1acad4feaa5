"""A recording as a page to zoom in: page.html with the curves in it, that needs no network."""

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from html import escape
from importlib import resources

import numpy as np
from plotly.offline import get_plotlyjs

from host_sim.files.picture import SIGN
from host_sim.trace.draw.gaps import Gap
from host_sim.trace.recording import Floats


def page(
    title: str,
    curves: Mapping[str, tuple[Floats, Floats]],
    colours: Mapping[str, str],
    gaps: Sequence[Gap],
    knee_ma: float,
    wide: bool,
    length_s: float,
) -> str:
    """The page: curves of s and mA, gaps, and the axis to begin with: logarithmic where wide."""
    data = {
        "states": [
            {"name": name, "colour": colours[name], "s": _packed(at_s, "<f8"), "ma": _packed(ma)}
            for name, (at_s, ma) in curves.items()
        ],
        "gaps": gaps,
        "knee": knee_ma,
        "wide": wide,
        "length": length_s,
    }
    text = resources.files("host_sim.trace.draw").joinpath("page.html").read_text(encoding="utf-8")
    for place, value in (
        ("{{sign}}", SIGN),
        ("{{title}}", escape(title)),
        ("{{data}}", json.dumps(data)),
        ("{{plotly}}", get_plotlyjs()),
    ):
        text = text.replace(place, value.replace("</script", "<\\/script"))
    return text


def _packed(values: Floats, kind: str = "<f4") -> str:
    return b64encode(np.asarray(values, kind).tobytes()).decode()
