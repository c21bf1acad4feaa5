"""Write docs/fidelity.md and its pictures: every number in them comes from this run."""

import contextlib
import io
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

from host_sim.files import scratch
from host_sim.hardware import board
from host_sim.trace.fit import doubts, evidence
from tests.fidelity import channel, own, plot, published, radio
from tests.fidelity.row import Row
from tests.fidelity.unseen import BOARD, FOLDER, GROUPS, Group, digest_file
from torpor_tools import cli

Documents = list[tuple[Group, dict[str, Any]]]  # what torpor validate says of each

PAGE = Path(__file__).parents[2] / "docs" / "fidelity.md"
WAVEFORMS = {
    "fidelity_batch.png": ("--wake", "batch_v3", "v3-size-4-adr-a.csv"),
    "fidelity_wifi.png": ("--wake", "wifi", "interferences_b.csv"),
}


def validate(*arguments: str) -> dict[str, Any]:
    """What torpor validate says."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        assert cli.run(["validate", "--board", BOARD, *arguments, "--json"]) == 0
    document: dict[str, Any] = json.loads(out.getvalue())
    return document


def judged(group: Group) -> dict[str, Any]:
    """A group's wakes, judged."""
    return validate("--wake", group.wake, *(str(digest_file(name)) for name in group.files))


def _table(head: str, rows: list[str]) -> str:
    columns = head.count("|") - 1
    return "\n".join([head, "|" + " --- |" * columns, *rows])


def _interval(ci95_pct: list[float] | None) -> str:
    return f"{ci95_pct[0]:+.2f} … {ci95_pct[1]:+.2f} %" if ci95_pct else "unknown"


def summary(documents: Documents) -> str:
    """A line a group."""
    rows = []
    for group, document in documents:
        mean, most = document["mean_abs_error_pct"], document["max_abs_error_pct"]
        goal_mean, goal_each = group.goal_pct
        held = mean <= goal_mean and most <= goal_each
        goal = f"{goal_mean:g} %, each {goal_each:g} %"
        rows.append(
            f"| {group.title} | `{group.wake}` | {document['unseen_wakes']} | {mean:.2f} % "
            f"| {most:.2f} % | {goal} | {'held' if held else 'missed'} |"
        )
    head = "| wakes | recipe | number | mean of absolute errors | largest | goal | |"
    return _table(head, rows)


def each(documents: Documents) -> str:
    """A line a wake."""
    rows = [
        f"| {one['file']} | {one['recorded_mc']:.2f} | {one['predicted_mc']:.2f} "
        f"| {one['error_pct']:+.2f} % | {_interval(one['ci95_pct'])} "
        f"| {one['duration_error_pct']:+.2f} % |"
        for _, document in documents
        for one in document["wakes"]
    ]
    head = "| digest | recorded, mC | predicted, mC | error | 95 % interval | duration |"
    return _table(head, rows)


def _left_out() -> str:
    """What to know of the recordings, fitted and judged, a line each."""
    fitted = evidence.of(board.load(BOARD)).values()
    lines = [line for one in fitted for line in doubts.of_recording(one)]
    for group in GROUPS:
        judged_on = (evidence.read(digest_file(name)) for name in group.files)
        lines += [line for one in judged_on for line in doubts.of_recording(one)]
    return "\n".join(f"- {line}." for line in lines)


def _held(documents: Documents) -> str:
    """How many unseen wakes their intervals hold."""
    known = [
        one["ci95_pct"][0] <= 0 <= one["ci95_pct"][1]
        for _, document in documents
        for one in document["wakes"]
        if one["ci95_pct"]
    ]
    return f"{sum(known)} of {len(known)}"


def by_state(documents: Documents) -> dict[str, dict[str, float]]:
    """Predicted less recorded charge of each state, mC a wake, by the recipe."""
    out: dict[str, dict[str, float]] = {}
    for group, document in documents:
        states: dict[str, float] = defaultdict(float)
        for one in document["wakes"]:
            for line in one["states"]:
                states[line["state"]] += line["predicted_mc"] - line["recorded_mc"]
        count = len(document["wakes"])
        out[group.title] = {state: mc / count for state, mc in states.items()}
    return out


def _states_table(errors: dict[str, dict[str, float]]) -> str:
    names = list(dict.fromkeys(state for states in errors.values() for state in states))
    rows = []
    for title, states in errors.items():
        cells = (f"{states[name]:+.2f}" if name in states else "" for name in names)
        rows.append(f"| {title} | {' | '.join(cells)} |")
    return _table(f"| wakes | {' | '.join(names)} |", rows)


def _own_table(some: list[Row]) -> str:
    rows = []
    for row in some:
        low, high = row.interval or (0.0, 0.0)
        between = f"{low:.1f} … {high:.1f}" if row.interval else ""
        rows.append(
            f"| {row.part} | {row.what} | {row.predicted:.2f} {row.unit} | {between} "
            f"| {row.measured:g} {row.unit} | {row.error_pct:+.1f} % | {row.how} | {row.by} |"
        )
    return _table("| of | what | predicted | 80 % | measured | error | is | by |", rows)


def _channel_table() -> str:
    rows = [
        f"| {one.what} | {one.predicted:.2f} {one.unit} "
        f"| {f'{one.interval[0]:.2f} … {one.interval[1]:.2f}' if one.interval else ''} "
        f"| {one.measured:.2f} {one.unit} | {one.error_pct:+.1f} % | {one.how} |"
        for one in channel.rows()
    ]
    return _table(
        "| radio of a wake | predicted, mean | 80 % of wakes | recorded | error | |", rows
    )


def _own_path() -> str:
    some = own.rows()
    return f"""\
## Torpor's own path
{own.told(some)}

Fitted is a figure that a number of a board was chosen to meet; predicted is all else. The interval
has 80 % of what the uncertainty of the board's numbers leaves open ([interval.md](interval.md)), as
of a board of which nothing but its file is known: so it is far wider than the error of a figure
that was fitted.

{_own_table(some)}

Sources: glenn20/upy-esp32-experiments, boards on USB, whose 15 mA and 1.73 mA beside the chip are
in both columns; XiFi (sjain166/XiFi, PowerTests), an INA219 at 100 Hz; lucidar.me; ESP-IDF,
`examples/system/ulp_fsm/ulp_adc`. `esp32c5` was fitted on two other files of XiFi. The starts are
of a bare chip, with the switches of that build ([start.md](start.md)); the connects of
`{published.ESP32}`. Of a POST and of ESP-NOW the durations are taken as published, and the currents
with the radio on and off, by which listening is predicted, are glenn20's too.

What misses: an ESP-NOW message, because the radio's start-up draws less than the radio on; the
longest wake, part of whose time-outs the radio slept through; the FireBeetle 2's sleep, for no
datasheet of a chip knows what its board draws; the ULP's converter.
"""


def _foreign(documents: Documents) -> str:
    fitted_on = dict.fromkeys(name for _, doc in documents for name in doc["fitted_on"])
    return f"""\
## Wakes of foreign firmware
The Arduino firmware of one author (fdekeers/lorawan-smart-lln, UCLouvain, 2021) on one board,
`{BOARD}`. Charge is compared, for the supply voltage was not recorded.

{summary(documents)}

The split is by file, never by sample. Fitted on: {", ".join(f"`{name}`" for name in fitted_on)}.
Judged on the files below, of which no number of the board or of a recipe was fitted. The form of
the model (time and charge of each step are linear in the records of a message) was chosen with
these files at hand; that is the one way in which they are not unseen.

{each(documents)}

The interval is where a single wake lies with 95 %: by Student's t, the spread of the fitted wakes
about the recipe and how sure that is at so many records (`host_sim/trace/fit/judge.py`). It holds
{_held(documents)} of these. It is unknown where one recording was fitted.

![A batch of four records, recorded and predicted](fidelity_batch.png)

What the instruments left out:

{_left_out()}

### Error by state
Predicted less recorded, mC a wake. Errors of opposite sign cancel in a wake's sum.

{_states_table(by_state(documents))}

![Error by state](fidelity_states.png)
"""


def _its_radio() -> str:
    return f"""\
### Its radio by Torpor's link
The link of the simulator ([radio.md](radio.md)) beside the radio of the same board's wakes: what it
listens and transmits until it is associated, then while it sends over HTTPS. Its message listens as
in the quiet recording, and for each answer that a disturbed channel swallows as long as that takes
to come again. Of the recordings, `{channel.QUIET}` and the join of `{channel.DISTURBED}` were
fitted on.

{_channel_table()}
"""


def page() -> str:
    """The page."""
    documents = [(group, judged(group)) for group in GROUPS]
    return f"""# Fidelity: what is predicted beside what was measured

`make fidelity` writes this page: each number comes from that run. It has two tables, which do not
mix. The first is of what a node's year is made of: the parts of Torpor's own wakes, as board files
and the simulator's own code give them, beside what others measured of the same on their boards. The
second is of recipes, `[wakes.*]` of a board, which `torpor validate` fits to recorded wakes of
foreign firmware and judges on others. No node that ran Torpor has been recorded yet;
[validate.md](validate.md) says how yours can be.

{_own_path()}
{_foreign(documents)}
{_its_radio()}
### Where it misses
- **A disturbed channel, by a recipe.** The recipe `wifi` was fitted on a single wake on a quiet
  one. On the disturbed one the same firmware listens and repeats for seconds more, and no recipe
  can know for how long: a fixed recipe has no channel. The simulator's own link has one.
- **No recipe, so no prediction**: `join/wifi-join-a` (a first set-up), `sensors/bme280-mq135-a`
  (a heated gas sensor of 120 mA) and `cpu_freq` at 160 and 240 MHz (the board file is of 80 MHz).
- **ESP32 devkit, `esp32-devkit-polimi`**: power in mW at a voltage that is not stated, so it
  calibrates no current. Its bursts over listening at 18 dBm (19.5 asked for) and 2 dBm stand as
  {POLIMI_RATIO:.1f} to 1; the curve of the board files, P^0.39, makes it {CURVE_RATIO:.1f} to 1.

![The disturbed channel, recorded and predicted](fidelity_wifi.png)
"""


# Data of matteo-luraghi/projects-iot-2025, transmission_power.csv: medians of the samples that hold
# a burst, less the median of all (705 mW): 1,230 and 800 mW.
POLIMI_RATIO = (1230 - 705) / (800 - 705)
CURVE_RATIO = 10 ** ((18 - 2) / 10 * 0.39)


def main() -> None:
    """Write the page and draw its waveforms, which no command of Torpor replaces."""
    with scratch.folder() as folder:
        for name, (*how, file) in WAVEFORMS.items():
            validate(*how, "--plot", str(folder / name), str(FOLDER / file))
            (PAGE.parent / name).write_bytes((folder / name).read_bytes())
    radio.draw(radio.PICTURE)
    plot.states(by_state([(group, judged(group)) for group in GROUPS]), PAGE.parent)
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
