"""Groups and licences, in the browser: done, undone, refused in the dialog, refused by Microsoft."""

import pytest

ADD, REMOVE = "Add to group", "Remove from group"
ASSIGN, TAKE = "Assign licences", "Remove licences"
E3, E5, F3 = "Microsoft 365 E3", "Microsoft 365 E5", "Microsoft 365 F3"
E3_ID, F3_ID = "05e9a617-0261-4cee-bb44-138d3ef5d965", "66b55226-6b4f-492c-910c-a3b7a3c9d993"
E5_ID = "06ebc4ee-1bb5-47dd-8120-11324bc54e06"


def group(product, name):
    return product.control("GET", f"groups/{name}")


def find(dialog, text):
    """The option that a search for a group finds."""
    dialog.get_by_role("searchbox").fill(text)
    option = dialog.locator(".pick-option").filter(has=dialog.page.get_by_text(text, exact=True))
    option.wait_for()
    return option


def held(person):
    return {entry["skuId"] for entry in person.truth["licenseAssignmentStates"] if not entry["assignedByGroup"]}


def test_two_groups_are_two_runs_and_one_goes_back_by_undoing(person, product):
    astrid = person("ines.fay")
    dialog = astrid.choose(ADD)
    astrid.press(ADD)
    astrid.refuses("Choose a group.")
    for name in ("SG Finance", "Project Northstar"):
        find(dialog, name).get_by_role("checkbox").check()
    astrid.send(ADD)
    for name in ("SG Finance", "Project Northstar"):
        astrid.done(f"{ADD}: {name}", "is a member of")
        assert astrid.id in group(product, name)["members"]

    astrid.open_run(f"{ADD}: SG Finance")
    astrid.undo()
    astrid.undone()
    assert astrid.id not in group(product, "SG Finance")["members"]
    assert astrid.id in group(product, "Project Northstar")["members"]


def test_somebody_is_taken_out_of_a_group_and_of_no_other(person, product):
    pawel = person("pawel.kazmierczak")
    dialog = pawel.choose(REMOVE)
    pawel.press(REMOVE)
    pawel.refuses("Choose a group.", "All employees", "Its members follow from a rule")
    dialog.get_by_role("checkbox", name="SG Legal").check()
    pawel.send(REMOVE)
    pawel.done(f"{REMOVE}: SG Legal", "no longer a member")
    assert pawel.id not in group(product, "SG Legal")["members"]
    assert pawel.truth["deleted"] is False


def test_groups_that_cannot_be_changed_say_why(person):
    astrid = person("lei.zhao_tailspin.example#EXT#")
    dialog = astrid.choose(ADD)
    for name, words in (
        ("All employees", "Its members follow from a rule"),
        ("MESG Finance approvals", "Exchange admin center"),
        ("DL All hands", "Exchange admin center"),
        ("CORP File share users", "It comes from on-premises Active Directory"),
        ("Tier 0 operators", "RoleManagement.ReadWrite.Directory"),
    ):
        option = find(dialog, name)
        assert words in option.inner_text()
        assert option.get_by_role("checkbox").is_disabled()


def test_a_group_in_a_restricted_unit_is_refused_by_its_run(person, product):
    jakub = person("jakub.wisniewska")
    find(jakub.choose(ADD), "Board papers").get_by_role("checkbox").check()
    jakub.send(ADD)
    jakub.failed(f"{ADD}: Board papers", "It is in a restricted administrative unit")
    assert jakub.id not in group(product, "Board papers")["members"]


def test_who_is_a_member_already_needs_no_run(person, product):
    marcia = person("marcia.falcao")
    dialog = marcia.choose(ADD)
    assert "Is a member already." in find(dialog, "SG Research & Development").inner_text()
    find(dialog, "SG Retail").get_by_role("checkbox").check()
    product.control("POST", "groups/SG Retail", {"add": [marcia.id]})
    marcia.send(ADD)
    marcia.done(f"{ADD}: SG Retail", "It was already so; nothing was sent.")


def test_licences_without_a_usage_location_are_two_runs(person):
    imran = person("natalia.conceicao")
    dialog = imran.choose(ASSIGN)
    imran.press(ASSIGN)
    imran.refuses("Choose a product.", "Say in which country the services are used.")
    dialog.get_by_label("Usage location").fill("1x")
    dialog.get_by_role("checkbox", name=F3).check()
    imran.press(ASSIGN)
    imran.refuses("Two letters, such as DE or US.")
    assert dialog.get_by_role("checkbox", name=F3).is_checked()
    dialog.get_by_label("Usage location").fill("br")
    imran.send(ASSIGN)
    imran.done("Edit profile: usage location")
    imran.done(f"{ASSIGN}: {F3}")
    assert imran.truth["usageLocation"] == "BR"
    assert held(imran) == {E3_ID, F3_ID}


def test_products_that_cannot_be_assigned_say_why(person):
    takumi = person("takumi.ito")
    dialog = takumi.choose(ASSIGN)
    for name, words in (
        (E3, "Is assigned already."),
        ("Power BI Pro", "No seat is left."),
        ("Visio Plan 2", "No seat is left."),
        ("Windows Store for Business", "Cannot be assigned to people"),
    ):
        option = dialog.locator(".pick-option-off").filter(has_text=f"{name} (")
        assert words in option.inner_text()
        assert option.get_by_role("checkbox").is_disabled()


def test_a_licence_is_swapped_in_one_run_and_taken_away(person):
    daisuke = person("daisuke.saito_tailspin.example#EXT#")
    daisuke.change(usageLocation="JP")
    daisuke.page.get_by_role("button", name="Read again from the directory").click()
    daisuke.page.get_by_text("JP").first.wait_for()
    dialog = daisuke.choose(ASSIGN)
    dialog.get_by_role("checkbox", name=F3).check()
    daisuke.send(ASSIGN)
    daisuke.done(f"{ASSIGN}: {F3}")
    assert held(daisuke) == {F3_ID}

    dialog = daisuke.choose(ASSIGN)
    dialog.locator(".pick-option").filter(has_text=E3).get_by_role("checkbox").check()
    dialog.get_by_role("group", name="Take away in the same step").get_by_role("checkbox", name=F3).check()
    daisuke.send(ASSIGN)
    daisuke.done(f"{ASSIGN}: {E3} in place of {F3}", f"and no longer has {F3}")
    assert held(daisuke) == {E3_ID}

    dialog = daisuke.choose(TAKE)
    daisuke.press(TAKE)
    daisuke.refuses("Choose a licence.")
    dialog.get_by_role("checkbox", name=E3).check()
    daisuke.send(TAKE)
    daisuke.done(f"{TAKE}: {E3}")
    assert held(daisuke) == set()


def test_what_comes_from_a_group_cannot_be_taken_away(person):
    harry = person("harry.davies")
    assert "come from groups" in harry.reason(TAKE).inner_text()
    ines = person("ines.castano")
    option = ines.choose(TAKE).locator(".pick-option-off").filter(has_text="Power BI Pro")
    assert "take the person out of it" in option.inner_text()


@pytest.fixture
def last_seats(product):
    """Others take the last seats of E5, and give them back."""
    names = [f"users/{alias}@contoso.example" for alias in ("qiang.huang", "qiang.li", "jakub.wisniewska")]
    state = {"skuId": E5_ID, "disabledPlans": [], "assignedByGroup": None, "state": "Active", "error": "None"}
    taken = {
        "assignedLicenses": [{"skuId": E5_ID, "disabledPlans": []}],
        "licenseAssignmentStates": [{**state, "lastUpdatedDateTime": "2026-06-01T00:00:00Z"}],
    }

    def take():
        for name in names:
            product.control("POST", name, taken)

    yield take
    for name in names:
        product.control("POST", name, {"assignedLicenses": [], "licenseAssignmentStates": []})


def test_microsoft_refuses_when_others_took_the_last_seat(person, last_seats):
    takumi = person("takumi.ito")
    dialog = takumi.choose(ASSIGN)
    dialog.get_by_role("checkbox", name=E5).check()
    last_seats()
    takumi.send(ASSIGN)
    takumi.failed(f"{ASSIGN}: {E5}", "no free seats", "Free a seat, or buy one")
    assert held(takumi) == {E3_ID}
