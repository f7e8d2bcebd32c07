"""Two programmes laid side by side (比较): what one has, the other lacks, or says otherwise, each with where it comes from."""

import json
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from flows.programme.comparing_words import KEYS_ZH, SECTIONS_ZH, entry_title, item_title, words_of
from flows.programme.expand import Origin
from flows.programme.loading import origin_of
from flows.programme.portrait import lifecycle_sections
from flows.programme.reading import Place, dotted
from flows.programme.schema import Programme

ChangeKind = Literal["added", "removed", "changed", "cited"]
NAMED = ("bodies", "people", "paths", "obligations", "assessments", "funds")
ITEMS = ("shares", "plan", "benefits", "targets", "criteria", "limits")
TITLES = ("title", "source", "level")
MARKS = {"added": "＋", "removed": "－", "changed": "～", "cited": "※"}
UNWRITTEN = "未写"
LONG = 24  # of two lists longer than this together, only what differs is shown
# What a key says that is left out; the same word written down is no difference.
LEFT_OUT = {
    "times": 1, "soft": False, "distinct": False, "due": "end", "receipt": "noted", "call": "any_time", "optional": False,
    "if_any": False, "seal": False, "ranks": False, "blind": False, "meeting": False, "appraisal": False, "plaque": True,
    "certificate": False, "names_base": False,
}  # fmt: skip
_FORMS = ("fact", "has", "commits", "judged", "document", "any", "all", "title", "per", "of", "month")


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: `before` and `after` as the files have them (None: not there), in words, and where each comes from.

    `added` and `removed` are whole entries, `changed` is one value, `cited` is a value that stays and has another origin.
    """

    kind: ChangeKind
    path: str
    section: str
    place: str
    before: Any
    after: Any
    before_text: str
    after_text: str
    before_origin: Origin | None
    after_origin: Origin | None

    def as_row(self) -> dict[str, Any]:
        """The change as plain JSON values."""
        row = {name: getattr(self, name) for name in self.__slots__}
        for name in ("before_origin", "after_origin"):
            row[name] = row[name].as_row() if row[name] else None
        return row

    def __str__(self) -> str:
        before = f"{self.before_text}{_cited(self.before_origin)}"
        after = f"{self.after_text}{_cited(self.after_origin)}"
        if self.kind in ("added", "removed"):
            whose = f"{self.place}：" if self.path.count(".") > 1 else ""
            return f"{MARKS[self.kind]} {whose}{after if self.kind == 'added' else before}"
        return f"{MARKS[self.kind]} {self.place}：{before} → {after}"


def compare(old: Programme, new: Programme) -> tuple[Change, ...]:
    """Every difference of two programmes, in the order of the file; a change of origin alone counts between versions of one."""
    return tuple(_Comparison(_Side(old), _Side(new)).changes())


def comparison_text(old: Programme, new: Programme) -> str:
    """The differences as `studioflow programme diff` prints them, section by section."""
    changes = compare(old, new)
    heads = [f"－ {old.title}（{old.code} {old.sha256[:12]}）", f"＋ {new.title}（{new.code} {new.sha256[:12]}）"]
    if not changes:
        return "\n".join([*heads, "规则没有不同。"])
    counts = {kind: sum(change.kind == kind for change in changes) for kind in MARKS}
    total = f"共 {len(changes)} 处：增加 {counts['added']}，删去 {counts['removed']}，改动 {counts['changed']}，只改出处 {counts['cited']}"
    lines = [*heads, total]
    for section in dict.fromkeys(change.section for change in changes):
        lines += ["", f"【{section}】", *(f"  {change}" for change in changes if change.section == section)]
    return "\n".join(lines)


def _cited(origin: Origin | None) -> str:
    return f"〔{origin.chinese}〕" if origin else ""


class _Side:
    """One of the two: its values, its lines in words, its origins."""

    def __init__(self, programme: Programme) -> None:
        self.programme = programme
        self.values = programme.expanded
        self.lines = {line.path: line for _title, body in lifecycle_sections(programme) for line in body}

    def origin(self, place: Place) -> Origin | None:
        """Where the value comes from; None for a name, which comes from the text as a whole."""
        origin = origin_of(self.programme, dotted(place))
        return None if origin.text == self.programme.source else origin

    def says_origin(self, place: Place) -> bool:
        return dotted(place) in self.programme.origins

    def text(self, place: Place, value: Any) -> str:
        """The value in words: the line of the printed programme where there is one."""
        if value is None:
            return UNWRITTEN
        line = self.lines.get(dotted(place)) if place[0] not in ("ledger", "absent") else None
        if line is not None and "then" in place:
            return line.text.removeprefix("失去资格：").split(" → ", 1)[-1]
        if line is not None and isinstance(place[-1], int):
            return line.text.removeprefix("条件 ")
        return words_of(self.programme, str(place[-1]), value)

    def entry(self, place: Place, value: Any) -> str:
        """A whole entry in words."""
        path = dotted(place)
        for one in (path, f"{path}.gives", f"{path}.number"):
            if len(place) > 1 and one in self.lines:
                return self.lines[one].text.removeprefix("条件 ")
        return item_title(self.programme, str(place[0]), value)


class _Comparison:
    def __init__(self, old: _Side, new: _Side) -> None:
        self.old, self.new = old, new
        self.same_code = old.programme.code == new.programme.code

    def changes(self) -> Iterator[Change]:
        for section in (*TITLES, *SECTIONS_ZH):
            old, new, place = self.old.values.get(section), self.new.values.get(section), (section,)
            if section in NAMED:
                yield from self._named(place, old or {}, new or {})
            elif section in ITEMS:
                yield from self._items(place, place, old or [], new or [])
            elif section == "clauses":
                yield from self._clauses()
            elif section in TITLES:
                yield from self._value(place, place, old, new)
            elif old and new:
                yield from self._fields(place, place, old, new)
            elif old or new:
                yield self._whole(place, old, new)

    def _clauses(self) -> Iterator[Change]:
        """Clauses of one text; those of two texts have nothing to do with each other."""
        if self.same_code:
            place = ("clauses", "rules")
            yield from self._value(place, place, _rules(self.old), _rules(self.new))

    def _named(self, place: Place, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
        for name in _union(old, new):
            here = (*place, name)
            if name in old and name in new:
                yield from self._fields(here, here, old[name], new[name])
            else:
                yield self._whole(here, old.get(name), new.get(name))

    def _fields(self, here: Place, there: Place, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
        """Key by key; `here` is the place in the old file, `there` in the new one."""
        if self.same_code and self.old.says_origin(here) and self.new.says_origin(there):
            yield from self._origin_only(here, there, old, new, whole=True)
        for key in _union(old, new):
            before, after = old.get(key), new.get(key)
            mine, theirs = (*here, key), (*there, key)
            if key == "steps":
                yield from self._steps(mine, before or [], after or [])
            elif key in ITEMS:
                yield from self._items(mine, theirs, before or [], after or [])
            elif (
                isinstance(before or {}, dict) and isinstance(after or {}, dict) and key in ("then", "loss", "instead")
            ):
                yield from self._fields(mine, theirs, before or {}, after or {})
            elif here[0] in NAMED and None in (before, after) and LEFT_OUT.get(key) in (before, after):
                continue
            else:
                yield from self._value(mine, theirs, before, after)

    def _steps(self, place: Place, old: Sequence[Any], new: Sequence[Any]) -> Iterator[Change]:
        olds, news = ({str(step["step"]): step for step in steps} for steps in (old, new))
        yield from self._named(place, olds, news)
        before, after = [name for name in olds if name in news], [name for name in news if name in olds]
        if before != after:
            yield from self._value(place, place, before, after)

    def _items(self, here: Place, there: Place, old: Sequence[Any], new: Sequence[Any]) -> Iterator[Change]:
        """Entries without names: equal ones belong together, then those about the same thing, the rest came or went."""
        left = dict(enumerate(old))
        for m, item in enumerate(new):
            n = next((n for n, other in left.items() if other == item), None)
            about = [n for n, other in left.items() if _about(other) == _about(item) and other not in new]
            n = about[0] if n is None and about else n
            if n is None:
                yield self._whole((*there, m), None, item)
            else:
                yield from self._value((*here, n), (*there, m), left.pop(n), item)
        for n, item in left.items():
            yield self._whole((*here, n), item, None)

    def _value(self, here: Place, there: Place, before: Any, after: Any) -> Iterator[Change]:
        if _canonical(before) == _canonical(after):
            if self.same_code and (self.old.says_origin(here) or self.new.says_origin(there)):
                yield from self._origin_only(here, there, before, after)
            return
        yield self._change("changed", here, there, before, after)

    def _origin_only(
        self, here: Place, there: Place, before: Any, after: Any, *, whole: bool = False
    ) -> Iterator[Change]:
        if self.old.origin(here) != self.new.origin(there):
            yield self._change("cited", here, there, before, after, whole=whole)

    def _whole(self, place: Place, before: Any, after: Any) -> Change:
        return self._change("added" if before is None else "removed", place, place, before, after, whole=True)

    def _change(
        self, kind: ChangeKind, here: Place, there: Place, before: Any, after: Any, *, whole: bool = False
    ) -> Change:
        old_text = self.old.entry if whole else self.old.text
        new_text = self.new.entry if whole else self.new.text
        shown, shown_after = (before, after) if whole else _differing(before, after)
        side = self.old if after is None else self.new
        return Change(
            kind, dotted(there if before is None else here), SECTIONS_ZH.get(str(here[0]), "名称"),
            _place_words(side, there if side is self.new else here), before, after,
            UNWRITTEN if before is None else old_text(here, shown), UNWRITTEN if after is None else new_text(there, shown_after),
            None if before is None else self.old.origin(here),
            None if after is None else self.new.origin(there),
        )  # fmt: skip


def _rules(side: _Side) -> list[str]:
    return list(side.programme.clauses.rules)


def _union(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterable[str]:
    return dict.fromkeys((*old, *new))


def _differing(before: Any, after: Any) -> tuple[Any, Any]:
    """Of two long lists, what each has and the other lacks; anything else whole."""
    if not isinstance(before, list) or not isinstance(after, list) or len(before) + len(after) <= LONG:
        return before, after
    return [item for item in before if item not in after], [item for item in after if item not in before]


def _canonical(value: Any) -> str:
    """One value stands for a list of that one value."""
    return json.dumps(value if isinstance(value, (list, dict)) else [value], ensure_ascii=False, sort_keys=True)


def _about(item: Mapping[str, Any]) -> Hashable:
    """What an entry without a name is about: the fact asked, the credential, the title, the scope of a limit."""
    for form in _FORMS:
        if form in item:
            return form, _canonical(item[form]) if form not in ("any", "all") else "", str(item.get("as", ""))
    return ()


def _place_words(side: _Side, place: Place) -> str:
    """`年度工作计划 · 截止`: the entry, the step, then the key."""
    words = [entry_title(side.programme, place)] if place[0] in NAMED and len(place) > 1 else []
    rest = place[2:] if place[0] in NAMED else place[1:] or place
    if "steps" in rest and len(rest) > 1:
        step = side.programme.paths[str(place[1])].step(str(rest[1]))
        words.append(f"{words_of(side.programme, 'stage', step.stage)}［{step.name}］")
        rest = rest[2:]
    words += [KEYS_ZH.get(str(part), str(part)) for part in rest if not isinstance(part, int)]
    return " · ".join(words)
