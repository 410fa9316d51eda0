"""Every dialog and the pages around the actions, in light and dark, wide and narrow: nothing is in anybody's way."""

import re

import pytest

DIALOGS = (
    "Reset password", "Require password change", "Disable account", "Revoke sign-in sessions", "Change sign-in name",
    "Manage sign-in identities", "Edit profile", "Edit phones and other e-mail", "Set manager", "Remove manager",
    "Add to group", "Remove from group", "Assign licences", "Remove licences", "Delete account",
)  # fmt: skip
TABS = ("", "groups/", "licences/", "devices/", "reports/", "history/")
PAGES = ("/people/deleted/", "/members/roles/")


@pytest.mark.parametrize(("colours", "width"), [("light", 1400), ("dark", 390)])
def test_the_dialogs_are_in_nobodys_way(page, person, axe, colours, width):
    page.emulate_media(color_scheme=colours, reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 900})
    megan = person("MeganB")
    for label in DIALOGS:
        dialog = megan.choose(label)
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{label} scrolls sideways"
        page.keyboard.press("Escape")
        dialog.wait_for(state="hidden")


@pytest.mark.parametrize(("colours", "width"), [("light", 390), ("dark", 1400)])
def test_the_pages_are_in_nobodys_way(page, person, axe, colours, width):
    page.emulate_media(color_scheme=colours, reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 900})
    person("AdeleV")
    about = re.sub(r"[^/]*$", "", page.url)
    for path in (*(f"{about}{tab}" for tab in TABS), *PAGES):
        page.goto(path)
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} scrolls sideways"


@pytest.mark.parametrize(("colours", "width"), [("light", 1400), ("dark", 390)])
def test_undoing_is_in_nobodys_way(page, person, axe, colours, width):
    page.emulate_media(color_scheme=colours, reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 900})
    vinicius = person("vinicius.dasilva")
    dialog = vinicius.choose("Edit profile")
    dialog.get_by_label("Job title").fill(f"Guide, {colours}")
    vinicius.send("Save profile")
    vinicius.done("Edit profile: job title")
    vinicius.open_run("Edit profile: job title")
    vinicius.undo()
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
