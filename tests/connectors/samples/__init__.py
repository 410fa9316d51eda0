"""At least one example of each action: what every action has to fulfil is tested with them."""

from . import access, lifecycle, methods, profile, sign_in
from .sample import OBJECT_ID, PERSON, SENT, Sample

SAMPLES: tuple[Sample, ...] = (
    *sign_in.SAMPLES,
    *profile.SAMPLES,
    *access.SAMPLES,
    *lifecycle.SAMPLES,
    *methods.SAMPLES,
)

__all__ = ["OBJECT_ID", "PERSON", "SAMPLES", "SENT", "Sample"]
