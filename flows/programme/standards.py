"""Standards (等次要求): whether the results that a text asks for are out and good enough; pure."""

from collections.abc import Mapping
from dataclasses import dataclass

Needs = Mapping[str, tuple[str, tuple[str, ...]]]
"""By assessment: its title, and the grades that suffice."""


@dataclass(frozen=True, slots=True)
class Lacking:
    """A result that stands in the way: the assessment's title, and whether it is still out or not good enough."""

    title: str
    awaited: bool

    def says(self, act: str) -> str:
        """Why the act (续期, 申报, 考核) cannot be done, in words."""
        if self.awaited:
            return f"还不能{act}：{self.title}的结果还没有送达。"
        return f"不能{act}：{self.title}没有达到要求的等次。"


def lacking(needs: Needs, results: Mapping[str, str]) -> tuple[Lacking, ...]:
    """The results that are not there, or not good enough, in the order of the text; empty when nothing stands in the way."""
    return tuple(
        Lacking(title, awaited=results.get(key) is None)
        for key, (title, enough) in needs.items()
        if results.get(key) not in enough
    )
