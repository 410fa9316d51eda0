"""What a synchronisation reads, stream after stream: how each is asked for, becomes batches, and is stored."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any, ClassVar, Generic, TypeVar

from connectors.graph import Reader, TryLater
from connectors.models import Connector, SyncRun

from .reading import Batch
from .sink import Sink, Stored

_B = TypeVar("_B", bound=Batch)


class Stream(ABC, Generic[_B]):
    """One kind of object, read to its end before the next one's turn.

    One that keeps a link to where its next round begins (`delta_field` of a connector) brings whole rounds only at
    first; the others bring everything each time.
    """

    key: ClassVar[str]
    name: ClassVar[str]
    permission: ClassVar[str]
    first_link: ClassVar[str]
    delta_field: ClassVar[str] = ""
    headers: ClassVar[dict[str, str]] = {}

    def is_wanted(self, connector: Connector) -> bool:
        """Whether it is to be imported."""
        return bool(getattr(connector, f"import_{self.key}"))

    def basis(self, connector: Connector) -> str:
        """What its links depend on besides Graph."""
        return connector.tenant_basis

    def prepare(self, reader: Reader, connector: Connector) -> None:
        """Read what has to be known before the first page, into the connector as it is in hand. Raises GraphError."""

    def pages(self, reader: Reader, link: str) -> Iterator[dict[str, Any]]:
        """The pages from a link on. Raises TryLater for what is none: taken for the last one, all would be missing."""
        for page in reader.pages(link, headers=self.headers):
            self._require_page(page)
            yield page

    def skip(self, run: SyncRun, sink: Sink) -> None:
        """What is to be done when it could not be read."""

    @abstractmethod
    def new_batch(self, connector: Connector) -> _B:
        """An empty batch."""

    @abstractmethod
    def store(self, run: SyncRun, batch: _B, sink: Sink, *, full: bool) -> Stored:
        """Store a batch, and after the last one of a full round take away what it has not seen."""

    def _require_page(self, page: dict[str, Any]) -> None:
        goes_on, ends = "@odata.nextLink" in page, "@odata.deltaLink" in page
        is_whole = goes_on != ends if self.delta_field else not ends
        if not isinstance(page.get("value"), list) or not is_whole:
            raise TryLater(f"Microsoft Graph gave an answer that is no page of {self.name}.", code="not_a_page")
