"""Known keys (已知的键): which keys the format has at a place of a file, read from the models themselves."""

from collections.abc import Iterator, Mapping, Sequence
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from flows.programme.vocabulary import STAGES

ORIGIN_KEYS = ("clause", "default", "decision", "like")


def known_keys(model: type[BaseModel], place: Sequence[str | int]) -> list[str]:
    """The keys that may stand at a place (as pydantic names it), origins included; empty where the place is none of a model."""
    here: list[Any] = [model]
    for part in place:
        here = [inner for annotation in here for inner in _inside(annotation, part)]
    keys = [_alias(one, name) for one in here if _is_model(one) for name in one.model_fields]
    return [*dict.fromkeys(keys), *ORIGIN_KEYS] if keys else []


def _inside(annotation: Any, part: str | int) -> Iterator[Any]:
    for one in _models(annotation):
        origin, arguments = get_origin(one), get_args(one)
        if _is_model(one):
            if part in STAGES and "stage" in one.model_fields:  # the tag by which a step is told
                yield from [one] if part in get_args(one.model_fields["stage"].annotation) else []
            else:
                found = next(
                    (field for name, field in one.model_fields.items() if part in (_alias(one, name), name)), None
                )
                yield from _models(found.annotation) if found is not None else [one]
        elif origin in (dict, Mapping):
            yield from _models(arguments[1])
        elif origin in (tuple, list, Sequence):
            yield from (inner for argument in arguments if argument is not Ellipsis for inner in _models(argument))


def _models(annotation: Any) -> Iterator[Any]:
    """An annotation without its wrapping, each branch of a union by itself."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _models(get_args(annotation)[0])
    elif origin in (Union, UnionType):
        for branch in get_args(annotation):
            yield from _models(branch)
    else:
        yield annotation


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _alias(model: type[BaseModel], name: str) -> str:
    return model.model_fields[name].alias or name
