"""What comes as a plain list, all of it each time: products, devices, holders of directory roles."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from connectors.graph import Reader
from connectors.models import Connector, SyncRun

from .list_records import (
    DEVICE_PROPERTIES,
    DeviceRecord,
    LicenceRecord,
    RoleHolder,
    parse_device,
    parse_holder,
    parse_licence,
)
from .reading import Batch
from .sink import Sink, Stored
from .streams import Stream

TEMPLATE = "role template"


@dataclass
class ProductsBatch(Batch):
    """Products, each once."""

    records: dict[str, LicenceRecord] = field(default_factory=dict)

    def take(self, entries: list[dict[str, Any]]) -> int:
        self.records |= {record.sku_id: record for record in map(parse_licence, entries)}
        return len(entries)


class Products(Stream[ProductsBatch]):
    """The products that the tenant has bought."""

    key = "licences"
    name = "licences"
    permission = "LicenseAssignment.Read.All"
    first_link = "/subscribedSkus"

    def pages(self, reader: Reader, link: str) -> Iterator[dict[str, Any]]:
        """All of it as one page, for a part of it would be taken for the whole."""
        yield {"value": [entry for page in super().pages(reader, link) for entry in page["value"]]}

    def new_batch(self, connector: Connector) -> ProductsBatch:
        return ProductsBatch()

    def store(self, run: SyncRun, batch: ProductsBatch, sink: Sink, *, full: bool) -> Stored:
        return sink.store_licences(run.connector_id, list(batch.records.values()))


@dataclass
class RolesBatch(Batch):
    """Who holds which directory role."""

    holders: set[RoleHolder] = field(default_factory=set)

    def take(self, entries: list[dict[str, Any]]) -> int:
        self.holders |= {parse_holder(entry, entry[TEMPLATE]) for entry in entries}
        return len(entries)


class Roles(Stream[RolesBatch]):
    """Who administers the tenant: through a directory role, or in a group that can be given one."""

    key = "roles"
    name = "directory roles"
    permission = "RoleManagement.Read.Directory"
    first_link = "/directoryRoles?$select=id,roleTemplateId"

    def is_wanted(self, connector: Connector) -> bool:
        return connector.import_roles

    def pages(self, reader: Reader, link: str) -> Iterator[dict[str, Any]]:
        """The holders of all roles as one page; what `$expand` would give of them is cut off after twenty."""
        found = []
        for page in super().pages(reader, link):
            for role in page["value"]:
                members = super().pages(reader, f"/directoryRoles/{role['id']}/members?$select=id")
                found += [{**entry, TEMPLATE: str(role["roleTemplateId"])} for one in members for entry in one["value"]]
        yield {"value": found}

    def new_batch(self, connector: Connector) -> RolesBatch:
        return RolesBatch()

    def store(self, run: SyncRun, batch: RolesBatch, sink: Sink, *, full: bool) -> Stored:
        return sink.store_standing(run.connector_id, sorted(batch.holders), groups_known=run.has_read("groups"))

    def skip(self, run: SyncRun, sink: Sink) -> None:
        sink.store_standing(run.connector_id, None, groups_known=run.has_read("groups"))


@dataclass
class DevicesBatch(Batch):
    """Devices, each once."""

    records: dict[str, DeviceRecord] = field(default_factory=dict)

    def take(self, entries: list[dict[str, Any]]) -> int:
        self.records |= {record.object_id: record for record in map(parse_device, entries)}
        return len(entries)


class Devices(Stream[DevicesBatch]):
    """All devices that the tenant knows, with whom they are registered to."""

    key = "devices"
    name = "devices"
    permission = "Device.Read.All"
    first_link = f"/devices?$select={','.join(DEVICE_PROPERTIES)}&$expand=registeredOwners($select=id)&$top=999"

    def new_batch(self, connector: Connector) -> DevicesBatch:
        return DevicesBatch()

    def store(self, run: SyncRun, batch: DevicesBatch, sink: Sink, *, full: bool) -> Stored:
        stored = sink.store_devices(run.connector_id, run.mark, list(batch.records.values()))
        swept = sink.sweep_devices(run.connector_id, run.mark) if batch.is_last else 0
        return stored._replace(removed=swept)
