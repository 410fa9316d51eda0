"""Brings people in from a tenant, page by page, into a sink that `people` implements, and what is around them."""

from .engine import carry_out
from .group_records import GroupChange, GroupRecord
from .list_records import DEVICE_PROPERTIES, DeviceRecord, LicenceRecord, RoleHolder, parse_device
from .records import AccountRecord, Removal, parse
from .sink import Sink, Stored

__all__ = [
    "DEVICE_PROPERTIES",
    "AccountRecord",
    "DeviceRecord",
    "GroupChange",
    "GroupRecord",
    "LicenceRecord",
    "Removal",
    "RoleHolder",
    "Sink",
    "Stored",
    "carry_out",
    "parse",
    "parse_device",
]
