"""Python's search for objects that refer to each other in a circle, made rarer while pages are read."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# A page is some thousand objects without a circle; looking for circles as often as Python does costs an eighth of all.
OBJECTS_BETWEEN_COLLECTIONS = 50_000


@contextmanager
def collecting_seldom() -> Iterator[None]:
    before = gc.get_threshold()
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
