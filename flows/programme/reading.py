"""Reads YAML 1.2 with line numbers: plain values, the line of every key, and what a programme may not contain."""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from flows.programme.faults import Fault

Place = tuple[str | int, ...]
T = TypeVar("T")
_TAG = "tag:yaml.org,2002:"
BEYOND_QUICK = re.compile(r"^%|[\t\x85\u2028\u2029\ufeff]|(?:^|[\s\[\]{},:?-])[&*]", re.MULTILINE)


def dotted(place: Place) -> str:
    """`("paths", "apply", "steps", "notice")` → `paths.apply.steps.notice`."""
    return ".".join(str(part) for part in place)


@dataclass
class Sheet:
    """A file as read: its values, the line of each place (from 1), and the faults of writing found on the way."""

    file: str
    text: str
    values: dict[str, Any] = field(default_factory=dict)
    lines: dict[Place, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    decimals: bool = False  # a number with a fraction is kept as it is written, where one may stand

    def line_of(self, place: Place) -> int:
        """The line of the place, or of the nearest thing around it that stands in the file."""
        for length in range(len(place), 0, -1):
            if place[:length] in self.lines:
                return self.lines[place[:length]]
        return 1

    def blame(self, place: Place, found: object, expected: str, message: tuple[str, str]) -> None:
        """Records a fault at the place."""
        self.faults.append(
            Fault(self.file, self.line_of(place), dotted(place) or "-", str(found), expected, message[0], message[1])
        )


def read(text: str, file: str) -> Sheet:
    """Reads one programme text. Never raises: what cannot be read is in `faults`."""
    sheet = Sheet(file, text)
    try:
        node = _composed(text, lambda yaml: yaml.compose(text))
    except YAMLError as error:
        _blame_yaml(sheet, error)
        return sheet
    return _filled(sheet, node)


def read_all(text: str, file: str, *, decimals: bool = False) -> list[Sheet]:
    """Reads a text of several documents, one sheet each, with the lines of the file. Never raises."""
    try:
        nodes = _composed(text, lambda yaml: list(yaml.compose_all(text)))
    except YAMLError as error:
        sheet = Sheet(file, text)
        _blame_yaml(sheet, error)
        return [sheet]
    return [_filled(Sheet(file, text, decimals=decimals), node) for node in nodes]


def _composed(text: str, compose: Callable[[YAML], T]) -> T:
    """What a reader of YAML makes of a text: the one written in C, and where it refuses the one written in Python.

    The first is nine times as quick, but it refuses some good texts (a time in braces), names mistakes less well, and
    is silent on anchors and versions, and lax with tabs and odd breaks. Raises YAMLError.
    """
    if not BEYOND_QUICK.search(text):
        with suppress(YAMLError):
            return compose(YAML(typ="safe"))
    return compose(YAML(typ="safe", pure=True))


def _filled(sheet: Sheet, node: Node | None) -> Sheet:
    if not isinstance(node, MappingNode):
        sheet.blame((), "无", "键: 值", ("文件应当由“键: 值”组成", "the file must be a mapping"))
        return sheet
    sheet.values = _mapping(sheet, node, ())
    return sheet


def _blame_yaml(sheet: Sheet, error: YAMLError) -> None:
    mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
    if mark is not None:
        sheet.lines[("-",)] = mark.line + 1
    problem = (error.problem if isinstance(error, MarkedYAMLError) else None) or str(error)
    expected = "YAML 1.2：缩进一致，括号和引号成对，不用别名"
    sheet.blame(("-",), problem, expected, ("文件不是合格的 YAML", f"not well-formed YAML: {problem}"))


def _value(sheet: Sheet, node: Node, place: Place) -> Any:
    sheet.lines.setdefault(place, node.start_mark.line + 1)
    if node.anchor is not None:
        message = ("不用锚点、别名和合并键，请把值写全或用 like", "no anchors, aliases or merge keys; use `like`")
        sheet.blame(place, f"&{node.anchor}", "写全的值，或 like", message)
    if isinstance(node, MappingNode):
        return _mapping(sheet, node, place)
    if isinstance(node, SequenceNode):
        return _sequence(sheet, node, place)
    return _scalar(sheet, node, place)


def _mapping(sheet: Sheet, node: MappingNode, place: Place) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = str(key_node.value)
        inner = (*place, key)
        if key in values:
            sheet.blame(inner, key, "每个键只写一次", (f"键“{key}”重复", f"duplicate key `{key}`"))
        sheet.lines[inner] = key_node.start_mark.line + 1
        if key == "<<":
            message = ("不用合并键 <<，请用 like", "no merge keys; use `like`")
            sheet.blame(inner, "<<", "like", message)
            continue
        values[key] = _value(sheet, value_node, inner)
    return values


def _sequence(sheet: Sheet, node: SequenceNode, place: Place) -> list[Any]:
    return [_value(sheet, item, (*place, _item_name(item, n))) for n, item in enumerate(node.value)]


def _item_name(item: Node, n: int) -> str | int:
    """A step is called by its name, anything else in a list by its number from 0."""
    if isinstance(item, MappingNode):
        for key_node, value_node in item.value:
            if key_node.value == "step" and isinstance(value_node, ScalarNode):
                return str(value_node.value)
    return n


def _scalar(sheet: Sheet, node: Node, place: Place) -> Any:
    text, tag = str(node.value), str(node.tag).removeprefix(_TAG)
    if tag == "int":
        return int(text.replace("_", ""), 0) if not text.lstrip("-0").isdigit() else int(text)
    if tag == "bool":
        return text.lower() == "true"
    if tag in ("str", "timestamp") or (tag == "float" and sheet.decimals):
        return text
    if tag == "null":
        sheet.blame(place, "空", "一个值，或删去这个键", ("键后面没有值", "the key has no value"))
        return None
    message = ("这里不能写小数、二进制或带标记的值", f"no value of type {tag} here")
    sheet.blame(place, text, "文字、整数、true 或 false", message)
    return None
