"""The JSON Schema of a programme file as written (规程文件的格式), for editors; what it cannot say, `check` says."""

from collections.abc import Mapping
from typing import Any

from flows.programme import vocabulary
from flows.programme.comparing_words import KEYS_ZH
from flows.programme.schema import Programme

_TEXT = {"type": "string"}
_TEXTS = {"type": "object", "additionalProperties": _TEXT}
_CLAUSE = {"type": ["string", "integer"]}
ORIGINS: Mapping[str, Mapping[str, Any]] = {
    "clause": {"description": "原文哪一条", "anyOf": [_CLAUSE, {"type": "array", "items": _CLAUSE, "minItems": 1}]},
    "default": {
        "description": "原文没有写：整条的理由，或哪些键、各取什么读法",
        "anyOf": [_TEXT, {"type": "array", "items": _TEXT}, _TEXTS],
    },
    "decision": {"description": "主管部门已经定了：谁、何时、文号", "anyOf": [_TEXT, _TEXTS]},
    "like": {"description": "没有写的键照抄：共用默认 D-… 或旁边的一条", **_TEXT},
}
_DROPPED = ("title", "description", "default", "discriminator")


def editor_schema() -> dict[str, Any]:
    """The schema of an unexpanded file: every entry takes its origin, and `like` may stand for keys that must be there."""
    schema: dict[str, Any] = _plain(Programme.model_json_schema(by_alias=True))
    definitions: dict[str, Any] = schema["$defs"]
    definitions["Consequence"] = _consequence(definitions["Consequence"])
    _shorter_ways(definitions)
    for name, entry in definitions.items():
        if name != "Consequence":
            _open(entry)
        _label(entry)
    _label(schema)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "规程文件",
            "description": "一份办法（方案）一个文件；每条写明出处。"}  # fmt: skip
    return {**head, **schema}


def _plain(node: Any, *, names: bool = False) -> Any:
    """The schema without what only readers of Python need; `names`: the keys are names of properties, not of the schema."""
    if isinstance(node, list):
        return [_plain(item) for item in node if item != {"type": "null"}]
    if not isinstance(node, dict):
        return node
    kept = {key: value for key, value in node.items() if names or key not in _DROPPED}
    plain = {key: _plain(value, names=key in ("properties", "$defs") and not names) for key, value in kept.items()}
    if not names and "oneOf" in plain:  # a step that is `like` another may leave out its stage
        plain["anyOf"] = plain.pop("oneOf")
    return plain


def _consequence(expanded: Mapping[str, Any]) -> dict[str, Any]:
    """A bare word, or one word with its value and what belongs to it."""
    inner = {key: value for key, value in expanded["properties"].items() if key not in ("kind", "value")}
    properties = {**dict.fromkeys(vocabulary.VALUED, _TEXT), **inner, **ORIGINS}
    valued = {
        "type": "object", "properties": properties, "additionalProperties": False,
        "anyOf": [{"required": [word]} for word in (*vocabulary.VALUED, "like")],
    }  # fmt: skip
    return {"anyOf": [{"enum": list(vocabulary.BARE)}, valued]}


def _shorter_ways(definitions: Mapping[str, Any]) -> None:
    """Where a file may write one value for what the expanded file has as several."""
    number = definitions["Role"]["properties"]["number"]
    definitions["Role"]["properties"]["number"] = {"anyOf": [number["items"], number]}
    by_level = definitions["Fund"]["properties"]["amount"]
    definitions["Fund"]["properties"]["amount"] = {"anyOf": [by_level["additionalProperties"], by_level]}
    limit = definitions["LimitSet"]["properties"]["otherwise"]
    rectification = definitions["Rectification"]["properties"]
    rectification["limit"] = {"anyOf": [dict(limit), rectification["limit"]]}


def _open(entry: dict[str, Any]) -> None:
    """Lets an entry say where it comes from, and leave to `like` what must be there."""
    entry["properties"] = {**entry["properties"], **ORIGINS}
    required = entry.pop("required", None)
    if required:
        entry["anyOf"] = [{"required": required}, {"required": ["like"]}]


def _label(entry: Mapping[str, Any]) -> None:
    """The Chinese word of each key, as an editor shows it."""
    for key, value in entry.get("properties", {}).items():
        if key in KEYS_ZH and "$ref" not in value:
            value.setdefault("title", KEYS_ZH[key])
