"""Errors the engine raises; each says what happened and what to do, in the words people read."""

from collections.abc import Mapping
from typing import Any


class EngineError(Exception):
    """Base of all engine errors."""


class Refused(EngineError):  # noqa: N818  a refusal is a lawful answer, not a fault
    """The act was refused; nothing was changed. `because` names the guard, `says` the reason, `origin` the rule."""

    def __init__(
        self, because: str, says: str, origin: Mapping[str, Any] | None = None, missing: tuple[str, ...] = ()
    ) -> None:
        super().__init__(says)
        self.because, self.says, self.origin, self.missing = because, says, dict(origin or {}), missing


class Conflict(EngineError):  # noqa: N818  named as HTTP names it
    """The same request id came with another act or payload."""


class NotFound(EngineError):  # noqa: N818  named as HTTP names it
    """No such case, or not one that this person may see: the words are the same for both."""

    def __init__(self) -> None:
        super().__init__("找不到这一件。编号不存在，或不由您的单位办理。")
