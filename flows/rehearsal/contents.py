"""Contents an act may carry (内容的键): a key that nothing reads would make a scenario hold for what it does not say."""

from collections.abc import Mapping
from typing import get_args

from flows.programme.vocabulary import Proof

ANYWHERE = frozenset({"reason", "comment", "note", "on"})
# Words that only describe what is handed in; nothing depends on them.
DESCRIBING = frozenset(
    {
        "document",
        "lesson",
        "book",
        "agenda",
        "school",
        "content",
        "place",
        "name",
        "topic",
        "url",
        "file",
        "files",
        "text",
        "texts",
        "title",
        "number",
    }
)
PROOFS = frozenset(get_args(Proof))
SUBMITTED = frozenset({
    "lacks", "kind", "level", "theme", "held_on", "ends_on", "minutes", "proofs", "parts", "key", "listed", "published", "link",
    "present", "absent", "late", "leave", "wishes", "role", "studio", "attach", "record_id",
})  # fmt: skip
LIMIT = frozenset({"due", "due_on", "limit", "limit_on", "day"})
GRADED = frozenset({"grade", "grades", "results", "awards", "held_on", "opinion", "marks", "judged_on"})
MENDING = frozenset({"measures", "report", "done"})
JUDGED = frozenset({"judged", "rank", "attach", "votes", "place"})
# What each act may carry, by the names after synonyms; acts that are not here may carry anything of any act.
MAY_CARRY: Mapping[str, frozenset[str]] = {
    "submit": SUBMITTED | DESCRIBING | MENDING | PROOFS,
    "report": MENDING | DESCRIBING,
    "release": LIMIT,
    "confirm": frozenset(),
    "propose": GRADED,
    "record": GRADED | DESCRIBING,
    "reassess": GRADED,
    "set_limit": LIMIT,
    "extend": LIMIT,
    "call": LIMIT,
    "appeal": frozenset({"facts", "grade"}),
    "object": frozenset({"facts", "anonymous", "name"}),
    "decide": frozenset({"choice", "share", "seats", "person"}),
    "pay": frozenset({"amount", "amount_fen", "voucher"}),
    "spend": frozenset({"amount", "use", "what", "voucher"}),
    "plan": frozenset({"held_on", "ends_on", "title", "theme", "place"}),
    "ask_leave": frozenset({"held_on"}),
    "waive": frozenset({"place"}),
    "choose": frozenset({"choice", "votes"}),
    "accept": frozenset(),
    "return": frozenset({"defects"}),
    "send_back": frozenset({"defects"}),
    "order_rectification": LIMIT,
    "note_loss": frozenset({"post"}),
    "endorse": JUDGED | frozenset({"override", "seal"}),
    "complete": frozenset({"until", "amount", "choice", "share", "seats", "role", "studio", "wishes", "due_on"}) | GRADED | MENDING | SUBMITTED,
}  # fmt: skip


def may_carry(do: str) -> frozenset[str] | None:
    """The keys that an act may carry; None where anything may be written."""
    known = MAY_CARRY.get(do)
    return known | ANYWHERE if known is not None else None
