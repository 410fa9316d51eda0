"""Edit profile: https://learn.microsoft.com/graph/api/user-update."""

from dataclasses import dataclass

from .base import Need
from .editing import EXTENSIONS, PARTS, PropertyEdit
from .permissions import DIRECTORY_READ_WRITE, USER_READ_WRITE
from .profile_form import IN_THE_CLOUD, NAMES, SYNCED, ProfileForm, why_not
from .target import State, Target


@dataclass(frozen=True)
class EditProfile(PropertyEdit):
    """Changes what is known of a person; only what was changed in the form is sent."""

    key = "edit_profile"
    label = "Edit profile"
    verb = "Save profile"
    group = "Profile"
    sentence = "What you change here is changed for {name} in the directory. Everything else stays as it is."
    needs = (Need(USER_READ_WRITE, also=(DIRECTORY_READ_WRITE,)),)
    guarded = False
    if_synced = "Active Directory is its master: only the usage location can be changed here."
    reads = tuple(dict.fromkeys(PARTS.get(name, name) for name in NAMES))
    conflict_class = "profile"
    undo = "What stood there before is put back."
    form = ProfileForm
    names = NAMES
    icon = "pencil-square"
    shortcut = "p"

    def objection(self, target: Target, state: State) -> str:
        synced = state.get("onPremisesSyncEnabled")
        if synced and not IN_THE_CLOUD.issuperset(self.changes):
            return f"{SYNCED} Nothing was changed."
        barred = [name for name in self.changes if PARTS.get(name) == EXTENSIONS and why_not(name, synced)]
        return why_not(barred[0], synced) if barred else super().objection(target, state)

    def done(self, target: Target) -> str:
        return f"{target.name}’s profile has been changed: {self._named(self.changes)}."
