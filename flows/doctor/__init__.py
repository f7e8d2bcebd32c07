"""The doctor (体检): what must hold in the database, one named check each, with what to do where it does not."""

from flows.doctor.checks import CHECKS, Check, Finding, examine, mend

__all__ = ["CHECKS", "Check", "Finding", "examine", "mend"]
