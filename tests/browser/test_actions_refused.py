"""What the menu says of actions that cannot be done: each reason that somebody can meet, on one page each."""

import pytest

from .action_details import acting
from .test_members import PASSPHRASE, add_member

HOME = "home organisation"
ONLY_WITH = "Microsoft lets an application do this to such a person only with one of the directory roles"
NOT_OFFERED = "This connector does not offer this action."
NOT_IN_ROLE = "Your role does not include these actions."
NOT_DELETED = "This account is not among the deleted ones."

GREYED = {
    "synchronised": ("DiegoS", "admin", {
        "Reset password": "Microsoft offers writeback to signed-in administrators only",
        "Require password change": "the master of its password",
        "Change sign-in name": "the master of its sign-in name",
        "Manage sign-in identities": "the master of what it signs in with",
        "Edit phones and other e-mail": "Change phones and addresses there",
        "Set manager": "Change the manager there",
        "Remove manager": "Change the manager there",
    }),
    "guest": ("debra.berger_fabrikam.example#EXT#", "admin", {
        "Reset password": HOME,
        "Require password change": HOME,
        "Revoke sign-in sessions": HOME,
        "Change sign-in name": HOME,
        "Manage sign-in identities": HOME,
    }),
    "already so": ("JohannaL", "admin", {
        "Disable account": "The account is already disabled.",
        "Restore account": NOT_DELETED,
        "Temporary access pass": NOT_OFFERED,
        "Remove sign-in method": NOT_OFFERED,
        "Set leave date": NOT_OFFERED,
        "Delete for good": NOT_OFFERED,
    }),
    "without": ("scanner-hq", "admin", {
        "Enable account": "The account is already enabled.",
        "Remove manager": "There is no manager, as far as is known here.",
    }),
    "administrator": ("NestorW", "admin", dict.fromkeys(
        ("Reset password", "Disable account", "Revoke sign-in sessions", "Change sign-in name",
         "Edit phones and other e-mail", "Delete account"),
        f"holds the directory role Global Administrator. {ONLY_WITH}",
    )),
    "role-assignable group": ("GradyA", "admin", {
        "Disable account": f"is in a role-assignable group. {ONLY_WITH}",
        "Delete account": ONLY_WITH,
    }),
    "protected": ("JoniS", "desk", {
        "Reset password": "Joni Sherman is protected. Holds directory roles: Reports Reader.",
        "Add to group": "Ask somebody who may act on protected people.",
    }),
    "not in the role": ("PattiF", "desk", {
        "Change sign-in name": NOT_IN_ROLE,
        "Manage sign-in identities": NOT_IN_ROLE,
        "Delete account": NOT_IN_ROLE,
        "Delete for good": NOT_IN_ROLE,
        "Temporary access pass": NOT_IN_ROLE,
        "Remove sign-in method": NOT_IN_ROLE,
    }),
}  # fmt: skip


@pytest.mark.parametrize("why", GREYED)
def test_the_menu_says_why_not(person, why):
    alias, user, reasons = GREYED[why]
    found = person(alias, user)
    for label, words in reasons.items():
        assert words in found.reason(label).inner_text(), label


def test_a_viewer_is_told_that_the_role_includes_no_actions(person):
    patti = person("PattiF", "viewer")
    patti.page.locator("#person-actions summary").click()
    patti.page.get_by_text("Your role includes no actions.").wait_for()


def test_nobody_acts_on_their_own_account(page, sign_in, person):
    sign_in("admin")
    add_member(page, "PattiF@contoso.example", "Service desk")
    page.context.clear_cookies()
    sign_in("PattiF@contoso.example", PASSPHRASE)
    page.goto("/people/?q=PattiF")
    page.locator("#list .row-link").first.click()
    page.locator("#person-actions summary").click()
    page.get_by_text("This is your own account.").first.wait_for()


def test_what_the_app_lacks_is_named(browser, product, person):
    with acting(browser, product, "weak", "Temporary access pass"):
        patti = person("PattiF")
        for label, words in {
            "Reset password": (
                "Needs User-PasswordProfile.ReadWrite.All and the directory role User Administrator; the action"
                " credential"
            ),
            "Require password change": "Assign the role to the application in Entra.",
            "Temporary access pass": "Needs UserAuthMethod-TAP.ReadWrite.All",
        }.items():
            assert words in patti.reason(label).inner_text(), label


def test_the_protected_are_acted_on_with_a_reason(person):
    joni = person("JoniS", "people")
    dialog = joni.choose("Require password change")
    joni.refuses("This person is protected. Holds directory roles: Reports Reader.")
    joni.press("Require password change")
    joni.refuses("Say why: it is recorded with your name.")
    dialog.get_by_label("Why it is needed all the same").fill("Asked for by the CISO, ticket 4711")
    joni.send("Require password change")
    joni.done("Require password change")
    assert joni.truth["passwordProfile"]["forceChangePasswordNextSignIn"] is True
    joni.open_run("Require password change")
    joni.page.locator("#run").get_by_text("Asked for by the CISO, ticket 4711").first.wait_for()


def test_whoever_is_put_under_protection_is_protected(person):
    bjorn = person("bjorn.moller", "people")
    bjorn.page.get_by_role("link", name="Protect this account").click()
    bjorn.page.get_by_label("Why it should be protected").fill("Break-glass account")
    bjorn.page.get_by_role("button", name="Save").click()
    bjorn.page.locator("#protection").get_by_text("Break-glass account").wait_for()
    reason = person("bjorn.moller", "desk").reason("Disable account").inner_text()
    assert "Put under protection: Break-glass account." in reason
    person("bjorn.moller", "people").page.get_by_role("link", name="Edit protection").click()
    bjorn.page.get_by_label("Why it should be protected").fill("")
    bjorn.page.get_by_role("button", name="Save").click()
    bjorn.page.get_by_text("No longer protected.").wait_for()
