"""What is wrong with a programme file (差错): where, what was found, what was expected."""

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
