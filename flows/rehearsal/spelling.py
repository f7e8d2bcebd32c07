"""Spelling (写法): the ways in which one expectation may be written, made into the description that is looked for."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

OF = "of"
DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True)
class Described:
    """How a kind of row is described: what a bare word is, whose it is, and what a value behind its holder is."""

    word: str
    holder: str
    value: str
    keys: frozenset[str]


DESCRIBED: Mapping[str, Described] = {
    "message": Described("notice", "to", "notice", frozenset({"notice", "to", "says", "on", "about"})),
    "document": Described("kind", "to", "kind", frozenset({"kind", "to", "says", "number", "on"})),
    "money": Described("fund", "studio", "amount", frozenset({"fund", "studio", "period", "amount", "share", "heads", "status", "total", "from", "to"})),
    "cycle": Described("studio", "studio", "from", frozenset({"studio", "number", "from", "to", "phase"})),
    "decision": Described("about", "about", "question", frozenset({"about", "question", "choice", "choices", "answer", "open", "by", "due"})),
    "warning": Described("about", "about", "because", frozenset({"about", "because", "says", "on"})),
    "benefit": Described("to", "to", "says", frozenset({"to", "says"})),
    "target": Described("measure", "measure", "reached", frozenset({"measure", "reached", "met", "at_least", "at_most", "average", "says"})),
    "record": Described("kind", "by", "kind", frozenset({"kind", "by", "studio", "level", "says", "on"})),
    "consequence": Described("kind", "to", "kind", frozenset({"kind", "to", "says", "studio"})),
}  # fmt: skip


def spelled(kind: str, said: Any) -> list[Any]:
    """What is meant, one description after another: `studio`, `{studio: {from: …}}` and `{studio: studio, from: …}` say the same."""
    form = DESCRIBED.get(kind)
    if form is None or not isinstance(said, str | list | Mapping):
        return [said]
    if said == "studio":
        return [{form.holder: said}]
    if kind == "cycle" and DAY.fullmatch(str(said)):
        return [{"from": said}]
    if isinstance(said, str):
        return [_at(form, said) if "/" in said else {form.word: said}]
    if isinstance(said, list):
        return [one for each in said for one in spelled(kind, each)]
    return list(_described(form, said))


def _described(form: Described, said: Mapping[str, Any]) -> Iterator[Any]:
    if form.word == "fund" and (sum_of := _sum(said)) is not None:
        yield {**said, form.holder: "studio", ("amount" if len(said) > 1 else "total"): sum_of}
    elif OF in said:
        of = "studio" if "studio" in form.keys else form.holder
        yield {of: said[OF], **{key: value for key, value in said.items() if key != OF}}
    elif isinstance(many := said.get(form.holder), list):
        yield from ({**said, form.holder: one} for one in many)
    elif _by_holder(form, said):
        yield from _held(form, said)
    else:
        yield said


def _sum(said: Mapping[str, Any]) -> str | None:
    """What `{studio: 10000元}` says the studio is paid, together or of what else is said."""
    amount = str(said.get("studio", ""))
    return amount if re.fullmatch(r"[\d.,]+万?元?", amount) else None


def _by_holder(form: Described, said: Mapping[str, Any]) -> bool:
    """Whether it is written as `{holder: description}`: by names that are no keys, or by `studio` with a description behind it."""
    return bool(said) and all(
        key not in form.keys | {"count"} or isinstance(value, Mapping) for key, value in said.items()
    )


def _held(form: Described, said: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for holder, value in said.items():
        whose = _at(form, holder) if "/" in holder else {form.holder: holder}
        yield {**whose, **(value if isinstance(value, Mapping) else {form.value: value})}


def _at(form: Described, address: str) -> dict[str, Any]:
    """An address of money as fund and period of a studio."""
    studio, _, rest = address.partition("/")
    key, _, period = rest.partition("@")
    if form.word != "fund":
        return {form.holder: address}
    return {"studio": studio, "fund": key, **({"period": period} if period else {})}
