"""A local copy of a tenant for the forms of groups and licences, and the forms on it."""

from dataclasses import replace

from django.http import QueryDict

from connectors.actions import (
    GroupFacts,
    LicenceFacts,
)
from tests.connectors.samples.access import E3, E5, GROUP_ID
from tests.connectors.samples.sample import OBJECT_ID, PERSON

VISIO = "c5928f49-12ba-48f7-ada3-0d743a3601d5"
STORE = "6470687e-a428-4b7a-bef2-8a291ad947c9"
SALES = GroupFacts(GROUP_ID, "Sales", "security")
PRODUCTS = [
    LicenceFacts(E3, "SPE_E3", assignable=True, left=25),
    LicenceFacts(E5, "SPE_E5", assignable=True, left=1),
    LicenceFacts(VISIO, "VISIOCLIENT", assignable=True, left=-2),
    LicenceFacts(STORE, "WINDOWS_STORE", assignable=False, left=25),
]


class LocalCopy:
    """A directory with a few groups, all of which the person is in, and the products above."""

    def __init__(self, *groups, granted=None, others=()):
        self.mine, self.all, self._granted = list(groups), [*groups, *others], granted

    def groups(self, ids):
        return [group for group in self.all if group.object_id in ids]

    def groups_of(self, object_id):
        return self.mine if object_id == OBJECT_ID else []

    def find_groups(self, text, limit):
        return self.all

    def granted(self):
        return self._granted

    def may_empower(self):
        return True

    def licences(self):
        return PRODUCTS


def form(action, directory=None, state=None, **data):
    query = QueryDict(mutable=True)
    for name, value in data.items():
        query.setlist(name, value if isinstance(value, list) else [value])
    target = replace(PERSON, state=state or {})
    return action.form(query, target=target, directory=directory or LocalCopy())


def offered(form, name):
    return {option.value: option for option in form.fields[name].options.values()}
