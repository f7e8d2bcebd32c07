"""Opening (开启): when a day comes on which something of a cycle opens, it is opened, chunk by chunk and each thing once."""

from flows.opening.frame import OpeningReport, open_due, openings_due

__all__ = ["OpeningReport", "open_due", "openings_due"]
