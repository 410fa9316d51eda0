"""Brings people in from a tenant, page by page, into a sink that `people` implements."""

from .engine import carry_out
from .group_records import GroupChange, GroupRecord
from .records import AccountRecord, Removal, parse
from .sink import Sink, Stored

__all__ = ["AccountRecord", "GroupChange", "GroupRecord", "Removal", "Sink", "Stored", "carry_out", "parse"]
