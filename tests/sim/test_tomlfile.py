"""TOML files: the value, or one line that names the file, the line, the key and the remedy."""

from pathlib import Path
from typing import Annotated, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta, Struct

from host_sim.errors import BadInput
from host_sim.files import inputs
from host_sim.toml import file as tomlfile
from host_sim.toml.line import line_of

Level = Annotated[int, Meta(ge=0, le=10)]


class Task(Struct, forbid_unknown_fields=True):
    period_s: Level
    channels: list[str] = []


class State(Struct, forbid_unknown_fields=True):
    current_na: Level
    tag: Literal["D", "V"] = "D"


class File(Struct, forbid_unknown_fields=True):
    title: str
    days: float = 1.0
    quiet: bool = False
    task: list[Task] = []
    states: dict[Annotated[str, Meta(pattern="^[a-z]+$")], State] = {}
    battery: State | None = None


GOOD = '''# a comment
title = """
[not.a.table]
days = "no key"
"""
days = 2.5

[[task]]
period_s = 1
channels = [
  "a",
  "b",
]

[[task]]
period_s = 2

[states.idle]
current_na = 3

[states]
cpu = { current_na = 4, tag = "V" }

[battery]
current_na = 5
'''


def told(text: str) -> str:
    with pytest.raises(BadInput) as caught:
        tomlfile.decode(text, "f.toml", File)
    return str(caught.value)


def test_a_good_file_is_its_value() -> None:
    file = tomlfile.decode(GOOD, "f.toml", File)
    assert file.title == '[not.a.table]\ndays = "no key"\n'
    assert [task.period_s for task in file.task] == [1, 2]
    assert file.states == {"idle": State(3), "cpu": State(4, "V")}


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        (
            "days = 2.5",
            "days = '2'",
            "f.toml:6: days: expected float, got string; write a number",
        ),
        (
            "days = 2.5",
            "days = nan",
            "f.toml:6: days: NaN and infinity are no quantities; write a number",
        ),
        (
            "days = 2.5",
            "days = -1e999",
            "f.toml:6: days: NaN and infinity are no quantities; write a number",
        ),
        (
            "days = 2.5",
            "quiet = 1",
            "f.toml:6: quiet: expected true or false, got int; write true or false",
        ),
        ("days = 2.5", "dais = 2.5", "f.toml:6: dais: unknown key; did you mean days?"),
        (
            "days = 2.5",
            '"Länge" = 1',
            'f.toml:6: "Länge": unknown key; known here: title, days, quiet, task, states, battery',
        ),
        (
            "days = 2.5",
            '"a\\nb" = 1',
            'f.toml:6: "a\\nb": unknown key; known here: title, days, quiet, task, states, battery',
        ),
        (
            "period_s = 2",
            "period_s = 2.0",
            "f.toml:16: task[1].period_s: expected int, got float; write a whole number",
        ),
        (
            "period_s = 2",
            "period_s = 11",
            "f.toml:16: task[1].period_s: expected int <= 10, got 11; keep to that",
        ),
        ("period_s = 2", "", "f.toml:15: task[1]: the key period_s is missing; add it"),
        (
            '  "b",',
            "  3,",
            'f.toml:10: task[0].channels[1]: expected string, got int; write a "quoted string"',
        ),
        (
            "current_na = 4",
            "current_na = -1",
            "f.toml:22: states.cpu.current_na: expected int >= 0, got -1; keep to that",
        ),
        (
            'tag = "V"',
            'tag = "Q"',
            "f.toml:22: states.cpu.tag: invalid enum value 'Q'; one of D, V",
        ),
        (
            'tag = "V"',
            'tags = "V"',
            "f.toml:22: states.cpu.tags: unknown key; did you mean tag?",
        ),
        (
            "current_na = 3",
            "",
            "f.toml:18: states.idle: the key current_na is missing; add it",
        ),
        (
            "cpu = {",
            "CPU = {",
            "f.toml:22: states.CPU: expected string matching regex '^[a-z]+$'; keep to that",
        ),
        (
            "[battery]\ncurrent_na = 5",
            "[[battery]]",
            "f.toml:24: battery: expected table, got list; write a table: [x] or x = { y = 1 }",
        ),
        (
            "[battery]\ncurrent_na = 5",
            "[battery]\ntag = 2020-01-01",
            'f.toml:25: battery.tag: expected string, got date; write a "quoted string"',
        ),
    ],
)
def test_a_fault_is_told_in_one_line(old: str, new: str, line: str) -> None:
    assert GOOD.count(old) == 1
    assert told(GOOD.replace(old, new)) == line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("x = ", "f.toml:1: Invalid value; mend the TOML syntax"),
        ('title = "a"\n\n[x', "f.toml:3: Expected ']' at the end of a table declaration; "),
        ('title = "a"\ndays = """\n\n', "f.toml:2: Unterminated string; mend the TOML syntax"),
        ("a = 1\na = 2", "f.toml:2: Cannot overwrite a value; mend the TOML syntax"),
        ("x = " + "9" * 5000, "f.toml: a number too long or a value nested too deeply; simplify"),
        ("x = " + "[" * 5000, "f.toml: a number too long or a value nested too deeply; simplify"),
        ("days = 1", "f.toml: the key title is missing; add it"),
    ],
)
def test_syntax_and_size(text: str, line: str) -> None:
    assert told(text).startswith(line)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "the file is empty; start from a shipped one"),
        (b" \n\t", "the file is empty; start from a shipped one"),
        (b"\xff\xfe\x00", "not a UTF-8 text file; save it as UTF-8"),
        (b"\x7fELF\x00\x01", "Invalid statement; mend the TOML syntax"),
    ],
)
def test_files_that_are_no_text(tmp_path: Path, content: bytes, what: str) -> None:
    path = tmp_path / "f.toml"
    path.write_bytes(content)
    with pytest.raises(BadInput) as caught:
        tomlfile.decode(inputs.text(path), path, File)
    assert str(caught.value).startswith(str(path))
    assert str(caught.value).endswith(what)


def test_files_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"no\.toml: no such file; check the path"):
        inputs.text(tmp_path / "no.toml")
    with pytest.raises(BadInput, match="is a folder; name a file"):
        inputs.text(tmp_path)


def test_a_file_from_windows_keeps_its_lines(tmp_path: Path) -> None:
    path = tmp_path / "f.toml"
    path.write_bytes(GOOD.replace("period_s = 2", "period_s = 11").replace("\n", "\r\n").encode())
    with pytest.raises(BadInput, match=r"f\.toml:16: task\[1\]\.period_s"):
        tomlfile.decode(inputs.text(path), path, File)


def test_the_line_of_a_quoted_key_and_of_a_list_in_a_list() -> None:
    text = '[a."b.c"]\nd.e = 1\n[[t]]\n[[t.u]]\n[[t.u]]\nx = 1\n[[t]]\n[[t.u]]\nx = 2\n'
    assert line_of(text, ("a", "b.c", "d", "e")) == 2
    assert line_of(text, ("t", 0, "u", 1, "x")) == 6
    assert line_of(text, ("t", 1, "u", 0, "x")) == 9
    assert line_of(text, ("t", 1, "v")) == 7
    assert line_of(text, ("z",)) is None


def test_one_value() -> None:
    assert tomlfile.value("[1, 2]") == [1, 2]
    for text in ("words", "nan", "[inf]", "", "[" * 5000):
        with pytest.raises(ValueError):  # noqa: PT011 - any will do: the caller only needs to know
            tomlfile.value(text)


SCRAPS = st.sampled_from(
    ("nan", "=", "[", "]", '"', "'''", "\n", "{", "}", "#", ".", ",", "-1", "true", "2020-01-01")
) | st.sampled_from(
    ("\x00", "\r", "\u2028", "[states.x]\n", "[[task]]\n", "zz = 1\n", "title = []\n", "9" * 24)
)


@given(st.data())
def test_mutated_text_gives_a_value_or_one_line(data: st.DataObject) -> None:
    text = GOOD
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, min(len(text), start + 12)))
        text = text[:start] + data.draw(SCRAPS | st.text(max_size=3)) + text[end:]
    message = _fault(text)
    assert message == "" or message.startswith("f.toml")
    assert len(message.splitlines()) <= 1


def _fault(text: str) -> str:
    try:
        tomlfile.decode(text, "f.toml", File)
    except BadInput as error:
        return str(error)
    return ""
