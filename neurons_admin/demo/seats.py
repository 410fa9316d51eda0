"""How many seats of each licence are taken: counted once over the people as they were made, then kept up to date."""

import copy

from neurons_admin.demo import licences
from neurons_admin.demo.people import Population, User

_SAMPLE = 5000


class Seats:
    """The seats of one tenant. A deleted user takes none."""

    def __init__(self, population: Population) -> None:
        self._population = population
        self._at_first: dict[str, int] | None = None
        self._since: dict[str, int] = {}

    def as_of_now(self) -> "Seats":
        """A copy that stays as this one is."""
        lagging = copy.copy(self)
        lagging._since = dict(self._since)
        return lagging

    @property
    def bought(self) -> dict[str, int]:
        """How many there are of each SKU; never changed."""
        return licences.bought(self._first())

    @property
    def consumed(self) -> dict[str, int]:
        """How many are taken of each SKU."""
        return {sku: self._first().get(sku, 0) + self._since.get(sku, 0) for sku in licences.PRODUCTS}

    def has_free(self, sku: str) -> bool:
        """Whether somebody else may take one."""
        return self.consumed[sku] < self.bought[sku]

    def note(self, old: User, new: User | None) -> None:
        """Somebody changed: take what they hold more, give back what they hold less."""
        for user, difference in ((old, -1), (new, 1)):
            if user is None or user.deleted is not None:
                continue
            for licence in user.properties["assignedLicenses"]:
                self._since[licence["skuId"]] = self._since.get(licence["skuId"], 0) + difference

    def _first(self) -> dict[str, int]:
        """Counted, or reckoned from a sample where there are very many people."""
        if self._at_first is None:
            sample = min(self._population.size, _SAMPLE)
            counts: dict[str, int] = {}
            for number in range(sample):
                for licence in self._population.make(number).properties["assignedLicenses"]:
                    counts[licence["skuId"]] = counts.get(licence["skuId"], 0) + 1
            self._at_first = {sku: count * self._population.size // sample for sku, count in counts.items()}
        return self._at_first
