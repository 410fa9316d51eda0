"""Everything that can be done to a person. The list is the menu, in its order."""

from .access_pass import TemporaryAccessPass
from .account_enabled import DisableAccount, EnableAccount
from .base import Action, Need, Order, Write
from .change_sign_in_name import ChangeSignInName
from .delete_account import DeleteAccount, PurgeAccount, RestoreAccount
from .directory import Directory, GroupFacts, LicenceFacts, PersonFacts
from .edit_contact import EditContact
from .edit_identities import EditIdentities
from .edit_profile import EditProfile
from .forms import ActionForm
from .group_membership import AddToGroup, RemoveFromGroup
from .leave_date import SetLeaveDate
from .licences import AssignLicences, RemoveLicences
from .manager import RemoveManager, SetManager
from .property_change import PropertyChange
from .remove_method import RemoveSignInMethod
from .require_password_change import RequirePasswordChange
from .reset_password import ResetPassword
from .revoke_sessions import RevokeSessions
from .target import State, Target

ALL: tuple[type[Action], ...] = (
    ResetPassword,
    RequirePasswordChange,
    DisableAccount,
    EnableAccount,
    RevokeSessions,
    ChangeSignInName,
    EditIdentities,
    TemporaryAccessPass,
    RemoveSignInMethod,
    EditProfile,
    EditContact,
    SetManager,
    RemoveManager,
    SetLeaveDate,
    AddToGroup,
    RemoveFromGroup,
    AssignLicences,
    RemoveLicences,
    DeleteAccount,
    RestoreAccount,
    PurgeAccount,
)
BY_KEY: dict[str, type[Action]] = {action.key: action for action in ALL}

__all__ = [
    "ALL",
    "BY_KEY",
    "Action",
    "ActionForm",
    "AddToGroup",
    "AssignLicences",
    "ChangeSignInName",
    "DeleteAccount",
    "Directory",
    "DisableAccount",
    "EditContact",
    "EditIdentities",
    "EditProfile",
    "EnableAccount",
    "GroupFacts",
    "LicenceFacts",
    "Need",
    "Order",
    "PersonFacts",
    "PropertyChange",
    "PurgeAccount",
    "RemoveFromGroup",
    "RemoveLicences",
    "RemoveManager",
    "RemoveSignInMethod",
    "RequirePasswordChange",
    "ResetPassword",
    "RestoreAccount",
    "RevokeSessions",
    "SetLeaveDate",
    "SetManager",
    "State",
    "Target",
    "TemporaryAccessPass",
    "Write",
]
