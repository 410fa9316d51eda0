"""Who is in the groups from which alone people are imported: asked at the beginning, for no round of changes tells it.

https://learn.microsoft.com/graph/api/group-list-transitivemembers
"""

from collections.abc import Iterable
from typing import Final

from connectors.graph import NotThere, Reader, Refused, TryLater

CHOSEN_GROUP: Final = "chosen_group"
_USER = "#microsoft.graph.user"


def read_chosen(reader: Reader, group_ids: Iterable[str]) -> frozenset[str]:
    """The object ids of the people in any of these groups, directly or through other groups.

    Raises GraphError; Refused names the group that cannot be read, so that nobody is taken for somebody who has left.
    """
    found: set[str] = set()
    for group_id in group_ids:
        try:
            for page in reader.pages(f"/groups/{group_id}/transitiveMembers?$select=id&$top=999"):
                if not isinstance(page.get("value"), list):
                    raise TryLater("Microsoft Graph gave an answer that is no page of members.", code="not_a_page")
                found.update(entry["id"].lower() for entry in page["value"] if entry.get("@odata.type") == _USER)
        except Refused as exc:
            words = f"The group {group_id}, from which people are imported, could not be read: {exc} {_next_step(exc)}"
            raise Refused(words, code=CHOSEN_GROUP, request_id=exc.request_id) from exc
    return frozenset(found)


def _next_step(refusal: Refused) -> str:
    if isinstance(refusal, NotThere):
        return "Choose another under What to import, and synchronise again."
    return "The credential needs GroupMember.Read.All, with admin consent; then synchronise again."
