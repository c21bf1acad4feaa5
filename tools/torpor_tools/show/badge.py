"""torpor check as a badge for a README: an SVG without fonts or links of its own."""

from html import escape

from host_sim.lab.check import Checked
from torpor_tools.show import check

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="torpor'
LIFE = "battery_life_days"
SIGN_PX = 6.5  # of a letter, on average
GREEN, RED = "#2c7a3f", "#b3261e"


def text(checked: list[Checked]) -> str:
    """The battery life of one scenario, or how many budgets hold of several."""
    name, value = "power budgets", check.tally(checked)
    life = checked[0].now.figures.get(LIFE) if len(checked) == 1 else None
    if life and checked[0].ok:
        name, value = "battery life", f"{sum(life) / len(life):,.0f} days"
    return _svg(name, value, GREEN if all(one.ok for one in checked) else RED)


def _svg(name: str, value: str, colour: str) -> str:
    left, right = (round(len(words) * SIGN_PX) + 12 for words in (name, value))
    width = left + right
    label = escape(f"{name}: {value}")
    return f"""{HEAD}: {label}" width="{width}" height="20">
<title>{label}</title>
<clipPath id="r"><rect width="{width}" height="20" rx="3"/></clipPath>
<g clip-path="url(#r)">
<rect width="{left}" height="20" fill="#555"/>
<rect x="{left}" width="{right}" height="20" fill="{colour}"/>
</g>
<g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">
<text x="{left / 2:g}" y="14" textLength="{left - 12}">{escape(name)}</text>
<text x="{left + right / 2:g}" y="14" textLength="{right - 12}">{escape(value)}</text>
</g>
</svg>
"""
