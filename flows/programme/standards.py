"""Standards (等次要求): whether the results that a text asks for are out and good enough; pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from flows.programme.vocabulary import GRADES, GRADES_ZH

Needs = Mapping[str, tuple[str, tuple[str, ...]]]
"""By assessment: its title, and the grades that suffice."""


@dataclass(frozen=True, slots=True)
class Lacking:
    """A result that stands in the way: the assessment's title, whether it is still out or not good enough, and what is asked."""

    title: str
    awaited: bool
    least: str = ""
    held: str = ""

    def says(self, act: str) -> str:
        """Why the act (续期, 申报, 考核) cannot be done, in words."""
        if self.awaited:
            return f"还不能{act}：{self.title}的结果还没有送达。"
        wanted = f"要{self.least}{'' if self.least == GRADES_ZH['excellent'] else '以上'}，实为{self.held}"
        return f"不能{act}：{self.title}没有达到要求的等次（{wanted}）。"


def lacking(needs: Needs, results: Mapping[str, str]) -> tuple[Lacking, ...]:
    """The results that are not there, or not good enough, in the order of the text; empty when nothing stands in the way."""
    return tuple(
        Lacking(title, results.get(key) is None, _least(enough), GRADES_ZH.get(results.get(key, ""), ""))
        for key, (title, enough) in needs.items()
        if results.get(key) not in enough
    )


def _least(enough: tuple[str, ...]) -> str:
    """The lowest grade that suffices, as people read it."""
    return GRADES_ZH[max(enough, key=GRADES.index)] if enough else ""
