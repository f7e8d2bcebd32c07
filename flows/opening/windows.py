"""Windows (申请窗口): on the day a path to a next cycle opens, each studio gets its draft, or the body its question."""

from collections.abc import Sequence

from flows.engine.consequences.renewing import Renewing, begin_renewals
from flows.engine.work import Work
from flows.opening.cycles import CycleItem


def open_windows(work: Work, items: Sequence[CycleItem]) -> int:
    """Begin a request for the next cycle of each studio whose window opens, once a cycle; returns how many were begun.

    Windows of other paths need nothing opened: who asks outside one is refused.
    """
    wanted = []
    for one in items:
        path = next(
            (path for path in work.book.renewals(work.session, one.cycle.version_id) if path.name == one.item.key), None
        )
        if path is not None:
            wanted.append(Renewing(one.cycle.studio_id, one.cycle.id, one.cycle.version_id, path, one.item.due_on))
    return begin_renewals(work, wanted)
