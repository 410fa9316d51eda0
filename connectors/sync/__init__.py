"""Brings people in from a tenant, page by page, into a sink that `people` implements."""

from .engine import carry_out
from .reading import read_one
from .records import PROPERTIES, AccountRecord, Removal, parse
from .sink import Sink, Stored

__all__ = ["PROPERTIES", "AccountRecord", "Removal", "Sink", "Stored", "carry_out", "parse", "read_one"]
