"""Clauses a refusal cites (依据): whether the one that a scenario writes is among them, whole or as the article they stand in."""

from collections.abc import Mapping, Sequence
from typing import Any

WIDE = str.maketrans("（）", "()")


def cites(origin: Mapping[str, Any], rules: str, clauses: Sequence[str]) -> bool:
    """Whether an origin, or that of what stands before it, cites each of these.

    Where nothing is cited, the clauses of what was acted on (`rules`) stand for it.
    """
    origins = [origin, *origin.get("blocking", ())] if origin else []
    origins += [] if origin.get("text") else [{"text": rules}]
    reason = " ".join(str(one.get("reason", "")) for one in origins)
    text = " ".join(str(one.get("text", "")) for one in origins)
    there = [one for part in text.translate(WIDE).split() for one in part.split("、")]
    return all(
        any(_within(one, clause.translate(WIDE)) for one in there) or _said(reason, clause) for clause in clauses
    )


def _within(cited: str, clause: str) -> bool:
    """Whether a cited clause is this one, or a part of it: 三(二)1 is of 三 and of 三(二), 第十七条 is not of 第十."""
    if not cited.startswith(clause) or not clause:
        return False
    after = cited[len(clause) : len(clause) + 1]
    return not after or after in "(." or (after.isdigit() and not clause[-1].isdigit())


def _said(reason: str, clause: str) -> bool:
    """Whether the reason of a default names it (石家庄(十五))."""
    return len(clause) > 1 and clause.translate(WIDE) in reason.translate(WIDE)
