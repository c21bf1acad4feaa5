"""torpor check as JUnit XML, in the form that Jenkins, GitLab and GitHub's viewers read.

A scenario is a suite, a budget a case. The schema is that of Jenkins's xunit plugin, junit-10.xsd.
"""

import re
from xml.etree import ElementTree as Tree

from host_sim.lab import budget, told
from host_sim.lab.budget import Judged
from host_sim.lab.check import Checked
from torpor_tools.show import check

NAME = "torpor check"
UNFIT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # for XML 1.0


def made(data: bytes) -> bool:
    """Whether a file begins as one of these."""
    return f'<testsuites name="{NAME}"'.encode() in data


def text(checked: list[Checked]) -> str:
    """The document."""
    root = Tree.Element("testsuites", {"name": NAME, **_counts(checked)})
    for one in checked:
        suite = Tree.SubElement(root, "testsuite", {"name": _fit(one.name), **_counts([one])})
        properties = Tree.SubElement(suite, "properties")
        seeds = ", ".join(map(str, one.now.seeds))
        Tree.SubElement(properties, "property", name="seeds", value=seeds)
        for row in one.rows:
            _case(suite, one, row)
    Tree.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{Tree.tostring(root, encoding="unicode")}\n'


def _counts(checked: list[Checked]) -> dict[str, str]:
    rows = [row for one in checked for row in one.rows]
    failures = sum(row.verdict == budget.FAIL for row in rows)
    return {"tests": str(len(rows)), "failures": str(failures), "errors": "0"}


def _case(suite: Tree.Element, one: Checked, row: Judged) -> None:
    """A budget: its faults and the cause, or what is worth knowing of one that does not fail."""
    case = Tree.SubElement(suite, "testcase", classname=_fit(one.name), name=row.name)
    why = told.headline(one.why) if one.why and row.moved else ""
    if row.verdict == budget.FAIL:
        failure = Tree.SubElement(case, "failure", message="; ".join(row.faults), type="budget")
        failure.text = _fit("\n".join(filter(None, (check.sentence(row), why))))
    elif row.verdict == budget.OPEN or why:
        said = Tree.SubElement(case, "system-out")
        said.text = _fit("\n".join(filter(None, (check.sentence(row), why))))


def _fit(said: str) -> str:
    return UNFIT.sub("?", said)
