"""How people say it (显示用语): an expectation in display words and by other names of its keys, made into the words of the code."""

from collections.abc import Mapping
from typing import Any

from flows.programme import Programme
from flows.programme.vocabulary import LEVELS
from flows.rehearsal.ranges import range_of
from notifications.catalogue import notices

# Other names of what a description asks, by kind.
KEYS: Mapping[str, Mapping[str, str]] = {
    "cycle": {"starts": "from", "begins": "from", "begin": "from", "start": "from", "ends": "to", "end": "to"},
    "money": {"sum": "total", "state": "status"},
    "decision": {"says": "question", "answered": "answer", "options": "choices"},
}  # fmt: skip
DOCUMENTS: Mapping[str, str] = {
    "公布文件": "announcement", "发文": "announcement", "授牌": "plaque", "牌匾": "plaque", "证书": "certificate", "结业证书": "certificate",
    "通报": "circular", "表彰": "commend", "commendation": "commend", "撤销": "revoke", "撤消": "revoke", "revocation": "revoke", "公示": "notice", "纪要": "minutes", "整改通知": "rectification_notice", "整改通知书": "rectification_notice",
}  # fmt: skip
STANDINGS: Mapping[str, str] = {
    "运行": "active", "运行中": "active", "暂停": "suspended", "撤销": "revoked", "撤消": "revoked", "已撤销": "revoked", "终止": "ended", "已终止": "ended", "期满不续": "lapsed",
}  # fmt: skip


# Lists of a roster, by how those on them stand.
SEATED: Mapping[str, str] = {
    **dict.fromkeys(("has", "with", "includes", "contains"), "in"), **dict.fromkeys(("without", "excludes", "not"), "out"),
}  # fmt: skip
LEVELS_ZH = ("校级", "镇级", "县级", "市级", "省级")


def worded(programme: Programme, kind: str, said: Any) -> Any:
    """An expectation with the words of the code in the place of those people read; whatever is no such word stays as it is."""
    if kind in {"none", "count"}:
        if isinstance(said, list):
            return [worded(programme, kind, one) for one in said]
        said = _counted(said)
        return {inner: worded(programme, inner, of) for inner, of in said.items()} if isinstance(said, dict) else said
    if kind in VALUES:
        return _values(VALUES[kind](programme), said)
    many = said if isinstance(said, list) else _by_fund(programme, kind, said)
    if many or isinstance(said, list):
        return [worded(programme, kind, one) for one in many]
    if not isinstance(said, dict) or kind not in {*KEYS, "document", "message"}:
        return _listed(said) if kind == "roster" else said
    named = {KEYS.get(kind, {}).get(key, key): value for key, value in said.items()}
    return {
        key: worded(programme, kind, value) if isinstance(value, dict) else _word(programme, key, value)
        for key, value in (_days(named) if kind == "cycle" else named).items()
    }


def _counted(said: Any) -> Any:
    """`{of: money, fund: prize, is: 1}` as `{money: {fund: prize}, is: 1}`."""
    if not isinstance(said, dict) or not isinstance(said.get("of"), str) or "is" not in said:
        return said
    return {said["of"]: {key: value for key, value in said.items() if key not in {"of", "is"}}, "is": said["is"]}


def _by_fund(programme: Programme, kind: str, said: Any) -> list[dict[str, Any]]:
    """Money by its funds alone, `{prize: 5000元}`: one description of each; empty for everything else."""
    if kind != "money" or not isinstance(said, dict) or not all(key in programme.funds for key in said):
        return []
    return [{"fund": key, **(of if isinstance(of, dict) else {"amount": of})} for key, of in said.items()]


def _days(said: Mapping[str, Any]) -> Mapping[str, Any]:
    """A cycle by its first and last day, or its number, behind its studio: `{studio: 2025-05-08…2028-05-07}`, `{studio: 2}`."""
    plain = {"number", "phase", "count"}
    said = {
        key: {"number": value} if isinstance(value, int) and key not in plain else value for key, value in said.items()
    }
    spans = {key: span for key, value in said.items() if (span := range_of(value)) is not None}
    return {**said, **{key: {"from": str(first), "to": str(last)} for key, (first, last) in spans.items()}}


def _listed(said: Any) -> Any:
    """A roster with who is in and who is not, where they are written as lists: `{has: [L1], without: [L2]}`."""
    if not isinstance(said, dict):
        return said
    found: dict[str, Any] = {}
    for key, value in said.items():
        if (stands := SEATED.get(key)) is not None:
            found |= dict.fromkeys(map(str, value if isinstance(value, list) else [value]), stands)
        else:
            found[key] = _listed(value)
    return found


def _values(words: Mapping[str, str], said: Any) -> Any:
    if isinstance(said, dict):
        return {address: _values(words, value) for address, value in said.items()}
    if isinstance(said, list):
        return [_values(words, one) for one in said]
    return words.get(str(said), said)


def _word(programme: Programme, key: str, value: Any) -> Any:
    if not isinstance(value, str) or key not in WORDS:
        return value
    return WORDS[key](programme).get(value, value)


def _standings(programme: Programme) -> Mapping[str, str]:
    """Also what the text itself calls it when a studio is revoked."""
    return {**STANDINGS, **({programme.words["revoke"]: "revoked"} if "revoke" in programme.words else {})}


def _notices(_programme: Programme) -> Mapping[str, str]:
    titles = [one.title for one in notices().values()]
    return {one.title: key for key, one in notices().items() if titles.count(one.title) == 1}


# Kinds whose values are words, by what people read; and keys of a description.
VALUES: Mapping[str, Any] = {"standing": _standings, "level": lambda _: dict(zip(LEVELS_ZH, LEVELS, strict=True))}
WORDS: Mapping[str, Any] = {
    "kind": lambda _: DOCUMENTS, "notice": _notices, "fund": lambda text: {one.title: name for name, one in text.funds.items()},
}  # fmt: skip
