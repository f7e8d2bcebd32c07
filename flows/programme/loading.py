"""From a file to a validated programme, and back from what the database stores (装载)."""

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from flows.programme.entries import SchemaError
from flows.programme.expand import Expander, Grown, Origin, origin_rows, read_defaults
from flows.programme.explaining import FaultyProgramme
from flows.programme.known_keys import known_keys
from flows.programme.phrases import PhraseError
from flows.programme.reading import Place, Sheet, read
from flows.programme.schema import Programme
from flows.programme.settle import settle
from flows.programme.vocabulary import STAGES

LIBRARY = Path(__file__).resolve().parents[2] / "programmes"
DEFAULTS = "defaults.yaml"


def library() -> dict[str, Path]:
    """The programme files that come with the software, by code (the file's name)."""
    return {path.stem: path for path in sorted(LIBRARY.glob("*.yaml")) if path.name != DEFAULTS}


def library_titles() -> dict[str, str]:
    """The codes of the programmes that come with the software, by their titles."""
    return {load(code).title: code for code in library()}


@lru_cache(maxsize=1)
def shared_defaults() -> Mapping[str, Any]:
    """The shared D-codes. Raises ValueError when the file of defaults cannot be read."""
    return read_defaults(LIBRARY / DEFAULTS)


def load(source: Path | str) -> Programme:
    """The programme of a file, of a code in the library, or of a YAML text. Raises FaultyProgramme, FileNotFoundError.

    Does not lint: a draft loads with lint faults, `check` names them.
    """
    programme, sheet = build(open_sheet(source))
    if programme is None or sheet.faults:
        raise FaultyProgramme(sheet.faults)
    return programme


def open_sheet(source: Path | str) -> Sheet:
    """Reads a file, a code in the library, or a text (anything with a line break)."""
    if isinstance(source, str) and "\n" in source:
        return read(source, "规程")
    path = library().get(source, Path(source)) if isinstance(source, str) else source
    return read(path.read_text(encoding="utf-8"), path.name)


def build(sheet: Sheet) -> tuple[Programme | None, Sheet]:
    """Expands and validates a sheet; None when it cannot become a programme. Faults are in the sheet."""
    if not sheet.values:
        return None, sheet
    expander = Expander(sheet, shared_defaults())
    grown = expander.expand()
    settle(grown, expander)
    try:
        programme = Programme.model_validate(grown.value)
    except ValidationError as error:
        _blame_all(sheet, grown, error)
        return None, sheet
    _store(programme, {**grown.value, "origins": origin_rows(grown.origins)}, sheet.text)
    return programme, sheet


def from_expanded(expanded: Mapping[str, Any]) -> Programme:
    """The programme of an expanded file as a version stores it. Raises pydantic.ValidationError if it was tampered with."""
    values = {key: value for key, value in expanded.items() if key != "origins"}
    programme = Programme.model_validate(values)
    _store(programme, dict(expanded), "")
    return programme


def digest(expanded: Mapping[str, Any]) -> str:
    """SHA-256 of the expanded file in canonical JSON: sorted keys, no spaces, UTF-8."""
    canonical = json.dumps(expanded, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def origin_of(programme: Programme, path: str) -> Origin:
    """The one origin of the value at a dotted path, e.g. `paths.apply.steps.notice.length`.

    An entry taken whole through `like` comes from where its title comes, a list from where its first item does;
    names that nothing covers come from the text as a whole.
    """
    parts = path.split(".")
    for length in range(len(parts), 0, -1):
        origin = programme.origins.get(".".join(parts[:length]))
        if origin is not None:
            return origin
    inside = (programme.origins.get(f"{path}.{part}") for part in ("title", "0"))
    return next((origin for origin in inside if origin), Origin("clause", programme.source))


def origins_within(programme: Programme, path: str) -> dict[str, Origin]:
    """The origins of an entry for a stage's policy: `""` is the entry's own, then those keys that differ from it."""
    start = f"{path}."
    inner = {key.removeprefix(start): origin for key, origin in programme.origins.items() if key.startswith(start)}
    return {"": origin_of(programme, path), **inner}


def _store(programme: Programme, expanded: dict[str, Any], text: str) -> None:
    origins = {path: Origin(**row) for path, row in expanded.get("origins", {}).items()}
    programme.keep(expanded, digest(expanded), text, origins)


def _blame_all(sheet: Sheet, grown: Grown, error: ValidationError) -> None:
    seen: set[tuple[Place, str]] = set()
    for detail in error.errors(include_url=False):
        place = _place(grown.value, detail)
        expected, message = _words(detail)
        if (place, expected) not in seen:
            seen.add((place, expected))
            sheet.blame(place, _found(detail), expected, message)


def _place(values: Any, detail: ErrorDetails) -> Place:
    """The error's place in the file; pydantic's tags and union branches are left out, steps called by name."""
    place: list[str | int] = []
    node = values
    for part in detail["loc"]:
        if isinstance(node, list) and isinstance(part, int) and part < len(node):
            node = node[part]
            place.append(str(node["step"]) if isinstance(node, dict) and "step" in node else part)
        elif isinstance(node, dict) and part in node:
            node = node[part]
            place.append(str(part))
        elif detail["type"] == "missing" and part == detail["loc"][-1] and part not in STAGES:
            place.append(str(part))
    return tuple(place)


def _found(detail: ErrorDetails) -> str:
    cause = detail.get("ctx", {}).get("error")
    found = cause.found if isinstance(cause, (PhraseError, SchemaError)) and cause.found is not None else None
    if found is None:
        if detail["type"] == "missing":
            return "没有写"
        if detail["type"] == "union_tag_invalid":
            return str(detail.get("ctx", {}).get("tag"))
        found = detail["loc"][-1] if detail["type"] == "extra_forbidden" else detail["input"]
    text = str(found)
    return text if len(text) < 80 else text[:77] + "…"


def _words(detail: ErrorDetails) -> tuple[str, tuple[str, str]]:
    """What was expected, and the message in Chinese and English."""
    cause, key = detail.get("ctx", {}).get("error"), str(detail["loc"][-1])
    if isinstance(cause, PhraseError):
        return cause.expected_zh, (
            f"看不懂“{cause.found}”",
            f"`{cause.found}` does not parse; expected {cause.expected_en}",
        )
    if isinstance(cause, SchemaError):
        return cause.expected, (cause.message_zh, cause.message_en)
    if detail["type"] == "missing":
        return f"键 {key}", (f"缺少键“{key}”", f"missing key `{key}`")
    if detail["type"] == "extra_forbidden":
        keys = known_keys(Programme, detail["loc"][:-1])
        return "、".join(keys) or "格式说明中有的键", (f"没有“{key}”这个键", f"unknown key `{key}`")
    expected = str(detail.get("ctx", {}).get("expected") or detail.get("ctx", {}).get("expected_tags") or detail["msg"])
    if detail["type"] in ("literal_error", "union_tag_invalid"):
        return expected, ("词表里没有这个词", f"unknown word; expected {expected}")
    return expected, ("值的类型不对", detail["msg"])
