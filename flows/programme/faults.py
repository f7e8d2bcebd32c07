"""What is wrong with a programme file (差错): where, what was found, what was expected."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One mistake; `line` counts from 1, `path` is dotted with step names, words in Chinese and English."""

    file: str
    line: int
    path: str
    found: str
    expected: str
    message_zh: str
    message_en: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.path} {self.message_zh}"


class FaultyProgramme(ValueError):  # noqa: N818 - named for what it is
    """A programme that cannot be used; `faults` says why, each with file, line and path."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        from flows.programme.explaining import mistakes_text

        super().__init__("规程文件有差错，请按下列各条改正：\n" + mistakes_text(faults))
        self.faults = tuple(faults)
