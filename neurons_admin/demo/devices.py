"""The devices that people registered: the same for the same seed, each made only when somebody asks for it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from neurons_admin.demo.cast import NUMBER, PARTS
from neurons_admin.demo.dice import Dice, object_id
from neurons_admin.demo.wire import Json, iso

DEFAULTS = (
    "id", "deletedDateTime", "accountEnabled", "approximateLastSignInDateTime", "complianceExpirationDateTime",
    "createdDateTime", "deviceCategory", "deviceId", "deviceMetadata", "deviceOwnership", "deviceVersion",
    "displayName", "enrollmentProfileName", "enrollmentType", "isCompliant", "isManaged", "isRooted",
    "managementType", "manufacturer", "mdmAppId", "model", "onPremisesLastSyncDateTime", "onPremisesSyncEnabled",
    "operatingSystem", "operatingSystemVersion", "physicalIds", "profileType", "registrationDateTime",
    "systemLabels", "trustType", "alternativeSecurityIds",
)  # fmt: skip
PROPERTIES = frozenset({*DEFAULTS, "isManagementRestricted", "onPremisesSecurityIdentifier"})
_LISTS = ("physicalIds", "systemLabels", "alternativeSecurityIds")

_NEWEST = datetime(2026, 6, 1, tzinfo=UTC)
_EACH = 4
"""So many numbers are set aside for the devices of one person; at most three are used."""
_INTUNE = "0000000a-0000-0000-c000-000000000000"
_MODELS = (
    # operating system, versions, manufacturer, models, name
    ("Windows", ("10.0.26100.4061", "10.0.22631.5335", "10.0.19045.5854"), "Lenovo",
     ("ThinkPad T14 Gen 5", "ThinkCentre neo 50q"), "LAPTOP-{}"),
    ("Windows", ("10.0.26100.4061", "10.0.22631.5335"), "Microsoft Corporation",
     ("Surface Laptop 7", "Surface Pro 11"), "DESKTOP-{}"),
    ("MacMDM", ("15.5", "14.7.6"), "Apple", ("MacBook Air", "MacBook Pro"), "MAC-{}"),
    ("iPhone", ("18.5", "17.7.2"), "Apple", ("iPhone 15", "iPhone SE"), "iPhone {}"),
    ("Android", ("15", "14"), "samsung", ("SM-S921B", "SM-A556B"), "AndroidForWork {}"),
)  # fmt: skip
_CAST = {NUMBER["adele"]: 2, NUMBER["megan"]: 3, NUMBER["namesake_1"]: 0} | {
    number: 0 for number, part in enumerate(PARTS) if part.job is None
}


class Devices:
    """All devices of the people of one seed. A device is told by its serial, which also says whose it is."""

    def __init__(self, size: int, seed: int) -> None:
        self._size = size
        self._seed = seed

    def of(self, number: int) -> list[Json]:
        """The devices of person `number`."""
        return [self._make(number * _EACH + place) for place in range(self._count(number))]

    def after(self, serial: int) -> Iterator[tuple[int, Json]]:
        """Every device from this serial on, with its serial."""
        for number in range(serial // _EACH, self._size):
            for place in range(self._count(number)):
                if number * _EACH + place >= serial:
                    yield number * _EACH + place, self._make(number * _EACH + place)

    def find(self, device_id: str) -> tuple[int, Json] | None:
        """The device with this object id, and the number of the person who registered it."""
        serial = _serial(self._seed, device_id.lower())
        number, place = divmod(-1 if serial is None else serial, _EACH)
        if serial is None or not 0 <= number < self._size or place >= self._count(number):
            return None
        return number, self._make(serial)

    def _count(self, number: int) -> int:
        by_chance = Dice(self._seed, number, b"devices").pick((0, 1, 1, 1, 2, 2, 3))
        return _CAST.get(number, by_chance)

    def _make(self, serial: int) -> Json:
        dice = Dice(self._seed, serial, b"device")
        system, versions, manufacturer, models, name = dice.pick(_MODELS)
        is_managed = not dice.in_hundred(25)
        registered = _NEWEST - timedelta(days=30 + dice.below(1500), minutes=dice.below(1440))
        seen = _NEWEST - timedelta(days=dice.below(30) if dice.in_hundred(85) else 30 + dice.below(300))
        values: Json = dict.fromkeys(DEFAULTS) | {list_name: [] for list_name in _LISTS}
        values |= {
            "id": _device_id(self._seed, serial),
            "deviceId": object_id(self._seed, serial, "deviceId"),
            "displayName": name.format(f"{dice.below(16**7):07X}"),
            "operatingSystem": system,
            "operatingSystemVersion": dice.pick(versions),
            "manufacturer": manufacturer,
            "model": dice.pick(models),
            "accountEnabled": not dice.in_hundred(4),
            "isManaged": is_managed,
            "isCompliant": not dice.in_hundred(12) if is_managed else None,
            "managementType": "MDM" if is_managed else None,
            "mdmAppId": _INTUNE if is_managed else None,
            "deviceOwnership": ("Company" if dice.in_hundred(80) else "Personal") if is_managed else None,
            "trustType": "AzureAd" if system == "Windows" and is_managed else "Workplace",
            "profileType": "RegisteredDevice",
            "deviceVersion": 2,
            "createdDateTime": iso(registered),
            "registrationDateTime": iso(registered),
            "approximateLastSignInDateTime": iso(max(seen, registered)),
        }
        return values


def _device_id(seed: int, serial: int) -> str:
    """An object id in whose last part the serial is hidden, so that no list is needed to find the device again."""
    return object_id(seed, serial, "device")[:24] + f"{serial ^ _mask(seed):012x}"


def _serial(seed: int, device_id: str) -> int | None:
    try:
        serial = int(device_id[24:], 16) ^ _mask(seed)
    except ValueError:
        return None
    return serial if device_id == _device_id(seed, serial) else None


@lru_cache(maxsize=10)
def _mask(seed: int) -> int:
    return int(object_id(seed, 0, "devices")[24:], 16)
