"""Memory (内存): what a start has made is kept for good, so that nobody looks through it again while people wait."""

import gc

OBJECTS_BEFORE_A_LOOK = 20_000


def settle() -> None:
    """Call once everything is imported and made: the collector leaves it alone, and looks less often at what comes after."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS_BEFORE_A_LOOK, 10, 10)
