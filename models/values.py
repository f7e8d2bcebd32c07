"""Values (值): dataclasses that nobody may change, which the type checker keeps and the running program does not pay for."""

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass"]

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(*, frozen: bool = False, **options: Any) -> Callable[[type], type]:
        """As `dataclasses.dataclass`, but `frozen` is left to the type checker.

        Most of what a frozen one costs is to set each field past its own guard, and an act makes a dozen of them.
        """
        return dataclasses.dataclass(unsafe_hash=frozen, **options)
