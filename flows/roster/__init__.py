"""The roster (名册): bodies, people, experts and applications read from a workbook, checked whole, then stored at once."""

from flows.roster.marking import marked_workbook, template_workbook
from flows.roster.opening import UnreadableWorkbook
from flows.roster.planning import plan_import
from flows.roster.rows import AppliedRow, Change, Fault, ImportPlan, ImportResult, RowPlan
from flows.roster.storing import store_import

__all__ = [
    "AppliedRow", "Change", "Fault", "ImportPlan", "ImportResult", "RowPlan", "UnreadableWorkbook", "marked_workbook",
    "plan_import", "store_import", "template_workbook",
]  # fmt: skip
