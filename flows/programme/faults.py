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
        super().__init__("规程文件有差错，请按下列各条改正：\n" + mistakes_text(faults))
        self.faults = tuple(faults)


def mistakes_text(faults: Sequence[Fault]) -> str:
    """The faults as a person reads them, one block each, in order of file and line."""
    if not faults:
        return "没有差错。"
    blocks = [
        f"{fault.file} 第{fault.line}行 {fault.path}\n  {fault.message_zh}\n  写的是：{fault.found}\n"
        f"  应当是：{fault.expected}\n  {fault.message_en}"
        for fault in sorted(faults)
    ]
    return "\n".join([*blocks, f"共 {len(faults)} 处差错。"])
