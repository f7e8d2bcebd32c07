"""Both readers of YAML read the same: the one written in C, and the one that is asked where it refuses."""

from collections.abc import Callable
from typing import Any

import pytest
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from flows.programme.loading import LIBRARY
from flows.programme.reading import BEYOND_QUICK, _composed, read

TEXTS = {
    "words that were truth values in YAML 1.1": "a: yes\nb: no\nc: on\nd: Off\ne: true\nf: False\n",
    "numbers of YAML 1.1 and 1.2": "a: 010\nb: 0o17\nc: 0x1F\nd: 1_000\ne: 12:30:45\nf: 190:20\ng: -3\nh: 0b11\ni: +4\n",
    "fractions and what is no number": "a: 1.5\nb: .inf\nc: 1e3\nd: 1.2.3\ne: '7'\nf: \"8\"\n",
    "days and moments": "a: 2025-03-31\nb: 2025-03-31T10:00\nc: 2025-03-31 10:00:00\n",
    "moments in braces, which the quick reader refuses": "- {on: 2025-10-09 23:00, by: A}\n- {on: 2025-10-10T08:30}\n",
    "nothing": "a:\nb: ~\nc: null\nd: ''\ne: []\nf: {}\n",
    "long texts": "a: |\n  第一行\n  第二行\nb: >-\n  折\n  行\nc: 一\n  二\n",
    "comments and blank lines": "# 说明\n\na: 1 # 一\n\n# 再说明\nb:\n  - 1\n  # 中间\n  - {c: 2, d: [3, 4]}\n",
    "keys twice": "a: 1\nb: 2\na: 3\n",
    "keys that are no words": "1: a\ntrue: b\n2025: {春: 1}\n? c\n: d\n",
    "anchors, aliases and merge keys": "a: &x {b: 1}\nc: *x\nd:\n  <<: *x\n  e: 2\n",
    "tags": "a: !!str 1\nb: !!int '2'\nc: !own 3\nd: !!float 1\n",
    "words of steps": "paths:\n  apply:\n    - {step: a, n: 1}\n    - step: b\n      n: 2\n    - 3\n",
    "Chinese punctuation": "a: “引号”，（括号）：冒号\nb: 九(二)\n'第一条': 条\n",
    "a colon without a space": "a:b\n",
    "a colon in a list": "a: [b:c, 'd:e', http://x.example/y]\n",
    "a list": "- 1\n- 2\n",
    "a word": "词\n",
    "no text": "",
    "a tab": "a:\n\tb: 1\n",
    "a break that is no line": "a: 一\u2028b: 二\n",
    "a tab in a word": "a: 一\t二\nb: 1\t\n",
    "a bracket left open": "a: [1, 2\nb: 3\n",
    "a quotation left open": "a: '一\nb: 2\n",
    "indents that differ": "a:\n  b: 1\n c: 2\n",
    "an alias of nothing": "a: *x\n",
    "a sign that begins nothing": "a: @b\nc: `d`\n",
    "several texts": "---\na: 1\n---\nb: 2\n...\n",
    "a version of YAML": "%YAML 1.1\n---\na: yes\nb: 010\n",
    "a mark at the beginning": "\ufeffa: 1\n",
    "lines that end as on Windows": "a: 1\r\nb:\r\n  - 2\r\n",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_the_quick_reader_reads_as_the_thorough_one(text: str) -> None:
    assert _seen(lambda: _composed(text, lambda yaml: _all(yaml, text))) == _seen(lambda: _all(_thorough(), text))
    assert _seen(lambda: _composed(text, lambda yaml: [yaml.compose(text)])) == _seen(
        lambda: [_thorough().compose(text)]
    )


@pytest.mark.parametrize("name", ["defaults.yaml", "chifeng.yaml"])
def test_a_regulation_is_the_same_by_either_reader(name: str) -> None:
    text = (LIBRARY / name).read_text(encoding="utf-8")
    assert not BEYOND_QUICK.search(text)
    assert _seen(lambda: _all(YAML(typ="safe"), text)) == _seen(lambda: _all(_thorough(), text))


def test_a_folded_text_holds_only_what_is_written() -> None:
    assert read("a: >-\n  一\n  二\nb: [08:30]\n", "x.yaml").values["a"] == "一 二"


def _thorough() -> YAML:
    return YAML(typ="safe", pure=True)


def _all(yaml: YAML, text: str) -> list[Node | None]:
    return list(yaml.compose_all(text))


def _seen(nodes: Callable[[], list[Node | None]]) -> list[Any]:
    """What a sheet is filled from: the nodes of each text with their tags and lines, or the mistake with its place."""
    try:
        return [_node(one) for one in nodes()]
    except YAMLError as error:
        mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
        return [str(getattr(error, "problem", error)), mark.line if mark else None]


def _node(node: Any) -> Any:
    if node is None:
        return None
    line = (
        None if node.value == "" else node.start_mark.line
    )  # what is not written has the line of its key, or of the next
    kept = (type(node).__name__, str(node.tag), line, node.anchor)
    if isinstance(node, MappingNode):
        return (*kept, [(_node(key), _node(value)) for key, value in node.value])
    return (*kept, [_node(one) for one in node.value] if isinstance(node, SequenceNode) else str(node.value))
