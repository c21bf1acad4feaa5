"""A fleet as one page: percentiles, how lives are distributed, and the worst nodes with why."""

from html import escape

from host_sim.lab.fleet.told import LIFE, PERCENTILES, Told
from torpor_tools.show import fleet as shown
from torpor_tools.show.fleet import Speed

HEAD = "<!doctype html>\n<!-- Made by torpor -->\n"
WIDTH, HEIGHT, LEFT, BELOW = 640, 220, 64, 36
STYLE = """
:root { color-scheme: light dark; --line: #8888; --accent: #0072b2; }
@media (prefers-color-scheme: dark) { :root { --accent: #56b4e9; } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; display: block;
  overflow-x: auto; }
th, td { padding: .25rem .8rem; text-align: right; border-bottom: 1px solid var(--line); }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
svg { width: 100%; height: auto; } svg text { font-size: 12px; fill: currentColor; }
@media (max-width: 36rem) { svg text { font-size: 17px; } }
polyline { fill: none; stroke: var(--accent); stroke-width: 2.5; }
.grid { stroke: var(--line); } dt { font-weight: 600; margin-top: 1rem; } dd { margin: 0; }
"""


def page(title: str, found: Told, speed: Speed) -> str:
    """The page, whole."""
    head = "".join(f"<th scope=col>{one} %</th>" for one in PERCENTILES)
    rows = "".join(
        f"<tr><th scope=row>{escape(name)}</th>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"
        for name, *cells in shown.percentile_rows(found)
    )
    worst = "".join(
        f"<dt>{escape(first)}</dt>{''.join(f'<dd>{escape(line)}</dd>' for line in rest)}"
        for first, *rest in map(shown.worst, found.worst)
    )
    why = f"<h2>The worst, beside the middling node {found.middling}</h2><dl>{worst}</dl>"
    return (
        f'{HEAD}<html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width">'
        f"<style>{STYLE}</style><main><h1>{escape(title)}</h1><p>{found.count:,} nodes</p>"
        f"{_lives(found)}<h2>Percentiles</h2><table><thead><tr><td></td>{head}</tr></thead>"
        f"<tbody>{rows}</tbody></table>{why if worst else ''}"
        f"<footer><p>{escape(shown.footer(speed))}</p></footer></main></html>\n"
    )


def _lives(found: Told) -> str:
    """Share of nodes by how long they live, through the percentiles."""
    spread = next(one for one in found.spreads if one.name == LIFE)
    if not spread.percentiles:
        return ""
    values = spread.percentiles
    low, high = min(values), max(values)
    width = high - low or 1.0

    def x(days: float) -> float:
        return LEFT + (WIDTH - LEFT - 20) * (days - low) / width

    def y(percent: float) -> float:
        return 10 + (HEIGHT - BELOW - 10) * (1 - percent / 100)

    line = " ".join(
        f"{x(days):.1f},{y(percent):.1f}" for days, percent in zip(values, PERCENTILES, strict=True)
    )
    ticks = "".join(
        f'<text x="{x(days):.0f}" y="{HEIGHT - 14}" text-anchor="middle">{days:,.0f}</text>'
        for days in (low, (low + high) / 2, high)
    )
    grid = "".join(
        f'<line class="grid" x1="{LEFT}" x2="{WIDTH - 20}" y1="{y(at):.1f}" y2="{y(at):.1f}"/>'
        f'<text x="{LEFT - 8}" y="{y(at) + 4:.1f}" text-anchor="end">{at} %</text>'
        for at in (0, 50, 100)
    )
    label = f"half of the nodes live {values[PERCENTILES.index(50)]:,.0f} days or less"
    return (
        f"<h2>Battery life, days</h2><p>Share of nodes that live so long or less; {label}.</p>"
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}">'
        f'{grid}{ticks}<polyline points="{line}"/></svg>'
    )
