"""A bureau's own words (模板): placeholders and conditions only, filled inside a sandbox over plain text."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

MOST_SOURCE = 8_000
MOST_OUTPUT = 32_000
MOST_NODES = 400
DEEPEST = 12

PLACEHOLDERS: Mapping[str, str] = MappingProxyType({
    "收件人": "recipient", "申报人": "person", "学校": "body", "编号": "number", "名称": "title", "批次": "round", "环节": "step",
    "办理人": "actor", "理由": "reason", "依据": "clause", "截止": "due_long", "逾期": "late_by", "单位": "bureau", "电话": "phone",
})  # fmt: skip
FILTERS = ("default", "trim", "length")
ALLOWED: tuple[type[nodes.Node], ...] = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.If, nodes.Const, nodes.And, nodes.Or, nodes.Not,
    nodes.Compare, nodes.Operand, nodes.Filter,
)  # fmt: skip


class TemplateRefused(ValueError):  # noqa: N818  a refusal, in the words of the project
    """A wording that may not be used; the message says what to change and where."""


@dataclass(frozen=True, slots=True)
class Wording:
    """A bureau's own subject and text of a notice. The first paragraph of the text is the lead, the others what happens next."""

    subject: str
    text: str


@cache
def _sandbox() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
    environment.globals.clear()
    environment.filters = {name: environment.filters[name] for name in FILTERS}
    environment.tests.clear()
    return environment


def check(source: str) -> None:
    """Raises TemplateRefused unless the source holds only text, known placeholders, conditions and the allowed filters.

    What may not be written (loops, calls, attributes, arithmetic) is refused before anything is run, so a wording costs
    no more time and room than its own length.
    """
    if len(source) > MOST_SOURCE:
        raise TemplateRefused(f"模板有 {len(source)} 个字，上限 {MOST_SOURCE}：请改短")
    try:
        tree = _sandbox().parse(source)
    except TemplateSyntaxError as mistake:
        raise TemplateRefused(f"第 {mistake.lineno} 行写法不对：请检查花括号和百分号是否成对") from mistake
    except (RecursionError, ValueError) as mistake:
        raise TemplateRefused("模板套得太深，或写了太长的数：请改简单") from mistake
    for count, (node, depth) in enumerate(_walk(tree)):
        if count > MOST_NODES or depth > DEEPEST:
            raise TemplateRefused("模板太复杂：请减少条件，或改成直接写文字")
        _check_node(node)


def _walk(tree: nodes.Node) -> Iterable[tuple[nodes.Node, int]]:
    waiting = [(tree, 0)]
    while waiting:
        node, depth = waiting.pop()
        yield node, depth
        waiting.extend((child, depth + 1) for child in node.iter_child_nodes())


def _check_node(node: nodes.Node) -> None:
    where = f"第 {node.lineno} 行"
    if not isinstance(node, ALLOWED):
        raise TemplateRefused(f"{where}用了模板里不允许的写法：只能写文字、占位符和“如果”")
    if isinstance(node, nodes.Name) and (node.ctx != "load" or node.name not in PLACEHOLDERS):
        raise TemplateRefused(f"{where}没有“{node.name[:20]}”这个占位符：可用的有 {'、'.join(PLACEHOLDERS)}")
    if isinstance(node, nodes.Filter) and (
        node.name not in FILTERS or node.node is None or node.dyn_args or node.dyn_kwargs
    ):
        raise TemplateRefused(f"{where}不能用“{node.name[:20]}”：可用的有 {'、'.join(FILTERS)}")


def fill(wording: Wording, words: Mapping[str, Any]) -> Mapping[str, str]:
    """Subject, lead and next step in the bureau's words. Raises TemplateRefused."""
    snapshot = {name: str(words[key]) for name, key in PLACEHOLDERS.items()}
    subject, text = _filled(wording.subject, snapshot), _filled(wording.text, snapshot)
    lead, _, rest = text.strip().partition("\n\n")
    if not subject.strip() or not lead.strip():
        raise TemplateRefused("主题和正文都要有文字：请补上")
    return {"subject": subject, "lead": lead.strip(), "next": rest.strip()}


def _filled(source: str, snapshot: Mapping[str, str]) -> str:
    check(source)
    try:
        filled = _sandbox().from_string(source).render(snapshot)
    except (TemplateError, TypeError, ValueError, RecursionError, SyntaxError, MemoryError) as mistake:
        raise TemplateRefused("模板不能成文：请检查占位符和条件的写法") from mistake
    if len(filled) > MOST_OUTPUT:
        raise TemplateRefused(f"成文有 {len(filled)} 个字，上限 {MOST_OUTPUT}：请改短")
    return filled
