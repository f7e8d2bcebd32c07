"""Expansion of a programme file (展开): `like` is resolved and every value gets its one origin."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from flows.programme.reading import Place, Sheet, dotted, read

OriginKind = Literal["clause", "default", "decision"]
ORIGIN_KEYS = ("clause", "default", "decision", "like", "why")
OPEN = "原文未写"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value comes from: `text` is the clause, the D-code or the decision's number; `reason` says why."""

    kind: OriginKind
    text: str
    reason: str = ""

    @property
    def chinese(self) -> str:
        """`九(二)`, `默认 D-NOTICE：…` or `决定 教育局〔2026〕3号`."""
        if self.kind == "clause":
            return self.text
        if self.kind == "decision":
            return f"决定 {self.text}"
        return "默认 " + "：".join(part for part in (self.text, self.reason) if part)

    def as_row(self) -> dict[str, str]:
        """The origin as it is stored in the expanded file."""
        return {"kind": self.kind, "text": self.text, "reason": self.reason}


@dataclass
class Grown:
    """A value with all `like` taken in, and the origins inside it by place (`()` is its own)."""

    value: Any
    origins: dict[Place, Origin]

    def origin(self, key: str, outer: Origin | None) -> Origin | None:
        """The origin of one of its keys."""
        return self.origins.get((key,)) or self.origins.get(()) or outer


class Expander:
    """Expands one sheet against the shared defaults; faults of origin and `like` go to the sheet."""

    def __init__(self, sheet: Sheet, defaults: Mapping[str, Any]) -> None:
        self.sheet, self.defaults = sheet, defaults
        self._open_likes: list[str] = []

    def expand(self) -> Grown:
        """The whole file, expanded."""
        values: dict[str, Any] = {}
        origins: dict[Place, Origin] = {}
        for key, node in self.sheet.values.items():
            beside = self.sheet.values if isinstance(node, dict) else {}
            grown = self.grow(node, beside, (key,), None)
            values[key] = grown.value
            origins.update({(key, *inner): origin for inner, origin in grown.origins.items()})
        return Grown(values, origins)

    def grow(self, node: Any, beside: Mapping[str, Any], place: Place | None, outer: Origin | None) -> Grown:
        """One value; `place` is None inside the shared defaults, `outer` the origin that covers it from outside."""
        if isinstance(node, dict):
            return self._entry(node, beside, place, outer)
        if isinstance(node, list):
            return self._list(node, place, outer)
        return Grown(node, {})

    def _list(self, node: list[Any], place: Place | None, outer: Origin | None) -> Grown:
        values: list[Any] = []
        origins: dict[Place, Origin] = {}
        steps = {item["step"]: item for item in node if isinstance(item, dict) and "step" in item}
        for n, item in enumerate(node):
            name = item["step"] if isinstance(item, dict) and "step" in item else n
            grown = self.grow(item, steps, None if place is None else (*place, name), outer)
            values.append(grown.value)
            origins.update({(name, *inner): origin for inner, origin in grown.origins.items()})
        return Grown(values, origins)

    def _entry(
        self, node: dict[str, Any], beside: Mapping[str, Any], place: Place | None, outer: Origin | None
    ) -> Grown:
        own = self._whole_origin(node, place)
        cover = own or outer
        origins: dict[Place, Origin] = {} if own is None else {(): own}
        values = self._taken(node, beside, place, outer, origins)
        keys = {key: value for key, value in node.items() if key not in ORIGIN_KEYS}
        for key, value in keys.items():
            grown = self.grow(value, keys, None if place is None else (*place, key), cover)
            values[key] = grown.value
            origins.update({(key, *inner): origin for inner, origin in grown.origins.items()})
        self._origins_by_key(node, values, place, origins)
        return Grown(values, origins)

    def _taken(
        self,
        node: dict[str, Any],
        beside: Mapping[str, Any],
        place: Place | None,
        outer: Origin | None,
        origins: dict[Place, Origin],
    ) -> dict[str, Any]:
        """The keys that come through `like`, whose origins are added as they were there."""
        if "like" not in node:
            return {}
        source = self._source(node["like"], beside, place, outer)
        if source is None or not isinstance(source.value, dict):
            return {}
        own = ("last_with", place[-1] if place else "")  # nothing is held together with itself
        taken = {key: value for key, value in source.value.items() if key not in node and (key, value) != own}
        for key in taken:
            origin = source.origin(key, outer)
            if origin is not None:
                origins[(key,)] = origin
        origins.update({inner: origin for inner, origin in source.origins.items() if inner and inner[0] in taken})
        if set(node) == {"like"} and () in source.origins:  # nothing of its own: the entry is the default itself
            origins[()] = source.origins[()]
        return taken

    def _source(self, like: Any, beside: Mapping[str, Any], place: Place | None, outer: Origin | None) -> Grown | None:
        name = str(like)
        if name in self._open_likes:
            self._blame(place, "like", name, "不绕回自己的 like", ("like 绕成一圈", "`like` goes round in a circle"))
            return None
        self._open_likes.append(name)
        try:
            if name.startswith("D-"):
                return self._default(name, place)
            if name in beside and isinstance(beside[name], dict):
                return self.grow(beside[name], beside, None, outer)
            expected = f"同一处的名字：{'、'.join(beside) or '无'}，或 defaults.yaml 中的 D-…"
            self._blame(
                place, "like", name, expected, (f"没有名为“{name}”的条目可供照抄", f"nothing here is called `{name}`")
            )
            return None
        finally:
            self._open_likes.pop()

    def _default(self, name: str, place: Place | None) -> Grown | None:
        node: Any = self.defaults
        why = ""
        for part in name.split("."):
            if not isinstance(node, Mapping) or part not in node:
                expected = "、".join(self.defaults)
                self._blame(
                    place, "like", name, expected, (f"没有名为“{name}”的共用默认", f"no default called `{name}`")
                )
                return None
            node = node[part]
            why = str(node.get("why", why)) if isinstance(node, Mapping) else why
        origin = Origin("default", name, why)
        grown = self.grow(node, self.defaults, None, origin)
        grown.origins.setdefault((), origin)
        return grown

    def _whole_origin(self, node: dict[str, Any], place: Place | None) -> Origin | None:
        """The origin of the entry as a whole, if it has one of its own."""
        clause, default, decision = node.get("clause"), node.get("default"), node.get("decision")
        wholes = [
            key
            for key in ("clause", "default", "decision")
            if key in node and (key == "clause" or isinstance(node[key], str))
        ]
        if len(wholes) > 1:
            message = (f"{' 与整条的 '.join(wholes)} 不能同时写", f"{' and whole '.join(wholes)} together")
            self._blame(
                place, wholes[1], node[wholes[1]], f"只写 {wholes[0]}，或用 default: [键] 写明哪些键原文未写", message
            )
        if clause is not None:
            return Origin("clause", "、".join(map(str, clause)) if isinstance(clause, list) else str(clause))
        if isinstance(decision, str):
            return Origin("decision", decision)
        return Origin("default", "", default) if isinstance(default, str) else None

    def _origins_by_key(
        self, node: dict[str, Any], values: dict[str, Any], place: Place | None, origins: dict[Place, Origin]
    ) -> None:
        """`default: [due]`, `default: {per: …}` and `decision: {within: …}`."""
        default, decision = node.get("default"), node.get("decision")
        readings = {str(key): OPEN for key in default} if isinstance(default, list) else default
        for kind, by_key in (("default", readings), ("decision", decision)):
            for key, text in by_key.items() if isinstance(by_key, dict) else ():
                if key not in values:
                    message = (f"{kind} 提到的键“{key}”这里没有", f"`{kind}` names `{key}`, which is not there")
                    self._blame(place, kind, key, f"这一条的键：{'、'.join(values)}", message)
                    continue
                origin = Origin("decision", str(text)) if kind == "decision" else Origin("default", "", str(text))
                origins.update({inner: origin for inner in list(origins) if inner[:1] == (key,)})
                origins[(key,)] = origin

    def _blame(self, place: Place | None, key: str, found: object, expected: str, message: tuple[str, str]) -> None:
        if place is not None:
            self.sheet.blame((*place, key), found, expected, message)


def read_defaults(path: Path) -> dict[str, Any]:
    """The shared defaults. Raises ValueError when the file itself has faults."""
    sheet = read(path.read_text(encoding="utf-8"), path.name)
    if sheet.faults:
        raise ValueError("共用默认读不出来：" + "；".join(str(fault) for fault in sheet.faults))
    return sheet.values


def origin_rows(origins: Mapping[Place, Origin]) -> dict[str, dict[str, str]]:
    """Origins by dotted path, as stored in the expanded file."""
    return {
        dotted(place): origin.as_row() for place, origin in sorted(origins.items(), key=lambda item: dotted(item[0]))
    }
