"""How people say it (显示用语): an expectation in display words and by other names of its keys, made into the words of the code."""

from collections.abc import Mapping
from typing import Any

from flows.programme import Programme
from flows.programme.vocabulary import LEVELS
from notifications.catalogue import notices

# Other names of what a description asks, by kind.
KEYS: Mapping[str, Mapping[str, str]] = {
    "cycle": {"starts": "from", "begins": "from", "begin": "from", "start": "from", "ends": "to", "end": "to"},
    "money": {"sum": "total", "state": "status"},
}  # fmt: skip
DOCUMENTS: Mapping[str, str] = {
    "公布文件": "announcement", "发文": "announcement", "授牌": "plaque", "牌匾": "plaque", "证书": "certificate", "结业证书": "certificate",
    "通报": "circular", "公示": "notice", "纪要": "minutes", "整改通知": "rectification_notice", "整改通知书": "rectification_notice",
}  # fmt: skip
STANDINGS: Mapping[str, str] = {
    "运行": "active", "运行中": "active", "暂停": "suspended", "撤销": "revoked", "撤消": "revoked", "已撤销": "revoked", "终止": "ended", "已终止": "ended", "期满不续": "lapsed",
}  # fmt: skip


LEVELS_ZH = ("校级", "镇级", "县级", "市级", "省级")


def worded(programme: Programme, kind: str, said: Any) -> Any:
    """An expectation with the words of the code in the place of those people read; whatever is no such word stays as it is."""
    if kind in {"none", "count"}:
        if isinstance(said, list):
            return [worded(programme, kind, one) for one in said]
        return {inner: worded(programme, inner, of) for inner, of in said.items()} if isinstance(said, dict) else said
    if kind in VALUES:
        return _values(VALUES[kind](programme), said)
    if isinstance(said, list):
        return [worded(programme, kind, one) for one in said]
    if not isinstance(said, dict) or kind not in {"cycle", "money", "document", "message"}:
        return said
    named = {KEYS.get(kind, {}).get(key, key): value for key, value in said.items()}
    return {
        key: worded(programme, kind, value) if isinstance(value, dict) else _word(programme, key, value)
        for key, value in named.items()
    }


def _values(words: Mapping[str, str], said: Any) -> Any:
    if isinstance(said, dict):
        return {address: words.get(str(value), value) for address, value in said.items()}
    return words.get(str(said), said) if isinstance(said, str) else said


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
