"""A run as one page that needs no network: template, style and script lie here, beside uPlot."""

import json
from html import escape
from importlib import resources
from typing import Any

from host_sim.files.picture import SIGN

SCRIPTS = ("numbers", "waves", "chart", "wake", "energy", "events", "facts", "main")


def text(runs: list[dict[str, Any]], *, live: bool = False) -> str:
    """The page of these runs (host_sim.lab.report); a live one asks its server for news."""
    script = "\n".join(_part(f"{name}.js") for name in SCRIPTS)
    parts = {
        "sign": SIGN,
        "title": escape(runs[0]["title"]),
        "connect": "'self'" if live else "'none'",
        "live": "data.json" if live else "",
        "css": _part("vendor/uPlot.min.css") + _part("page.css"),
        "data": json.dumps(runs, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c"),
        "js": f'{_part("vendor/uPlot.iife.min.js")}\n(() => {{\n"use strict";\n{script}}})();',
    }
    page = _part("page.html")
    for name, value in parts.items():  # data and js last: neither is looked through again
        page = page.replace(f"{{{{{name}}}}}", value, 1)
    return page


def _part(name: str) -> str:
    return resources.files("torpor_tools.show.page").joinpath(name).read_text(encoding="utf-8")
