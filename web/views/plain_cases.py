"""What the inbox says of a case that has a page of its own: enough to know what it is about before one goes there."""

from typing import Any

from flows.engine.work import Work
from flows.programme.comparing_words import VALUES_ZH
from models.queries.selection import duty_of
from web.i18n import _
from web.views.plaques import party_words

Pairs = tuple[tuple[str, str], ...]


def plain_facts(work: Work, row: Any) -> Pairs:
    """What a duty asks for and of whom; nothing for what says all in its title."""
    duty = duty_of(work.session, row.duty_id) if row.duty_id else None
    if duty is None:
        return ()
    policy: Any = work.book.rule(work.session, duty.version_id, duty.path, duty.step, duty.round_id).policy
    proofs = "、".join(VALUES_ZH["proof"].get(one, one) for one in policy.proof) or _("没有规定")
    return (
        (_("要有"), proofs), (_("进度"), _("已办 {n} / {need}", n=duty.counted, need=duty.need)),
        (_("报送给"), party_words(work, duty.receiver, duty.host)),
    )  # fmt: skip
