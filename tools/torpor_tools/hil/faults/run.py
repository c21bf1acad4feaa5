"""torpor faults --port: a board is lent, given faults, and has its own node back."""

from pathlib import Path

from mpremote.transport import TransportError

from host_sim.errors import BadInput
from host_sim.files import scratch
from host_sim.lab.faults.suite import Report
from host_sim.progress import Progress
from host_sim.spec import scenario
from torpor_tools.hil import bench as benches
from torpor_tools.hil.faults import case
from torpor_tools.hil.faults.broker import Broker
from torpor_tools.hil.faults.case import Case
from torpor_tools.hil.faults.config import config
from torpor_tools.hil.faults.lent import lent
from torpor_tools.hil.faults.suite import Suite
from torpor_tools.hil.node import Node, NotSeen
from torpor_tools.hil.power import Switch


def run(
    name: str, port: str, bench: Path | None, wanted: int | Case, seed: int, progress: Progress
) -> Report:
    """So many faults of a scenario's sensor on a board, or one. BadInput where it is lost."""
    around, given, out = benches.load(bench), scenario.load(name), Report()
    config(given, around, 0)  # refused before the board is touched
    with scratch.folder() as folder, Broker(around.broker.host) as broker:
        node = Node(port, folder / "node.log", Switch(around.relay) if around.relay else None)
        try:
            with lent(node, config(given, around, broker.port)) as guest:
                suite = Suite(node, broker, guest)
                for number, one in enumerate(cases := _cases(suite, wanted, seed)):
                    progress(number / len(cases))
                    out.add(one, suite.judge(one))
        except (NotSeen, TransportError, OSError) as error:
            what = f"the board was lost ({str(error).splitlines()[0]})"
            remedy = "run this again, which puts its own node back, or torpor deploy"
            raise BadInput(what, where=port, remedy=remedy) from None
        finally:
            node.close()
    return out


def _cases(suite: Suite, wanted: int | Case, seed: int) -> list[Case]:
    """So many that are drawn, or this one. BadInput where it is of a file that there is none of."""
    wake_ms, reads, sizes = suite.wake_ms(), suite.reads(), suite.guest.sizes
    if not isinstance(wanted, Case):
        return list(case.drawn(wanted, seed, wake_ms, reads, sizes))
    if wanted.file and wanted.file not in sizes:
        remedy = f"one of {', '.join(sorted(sizes))}"
        raise BadInput(f"no file {wanted.file} on the node", where="--replay", remedy=remedy)
    return [wanted]
