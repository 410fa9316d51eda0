"""Actions on what the directory says of somebody, in the browser: done, refused in the dialog, refused by Microsoft."""

PROFILE, CONTACT = "Edit profile", "Edit phones and other e-mail"
SET_MANAGER, REMOVE_MANAGER = "Set manager", "Remove manager"


def search(page, text):
    """Type into a picker, as one does; what is found comes by itself."""
    page.get_by_role("dialog").get_by_role("searchbox").fill(text)


def test_a_profile_is_refused_unchanged_then_changed(person):
    meera = person("meera.bose")
    dialog = meera.choose(PROFILE)
    meera.press("Save profile")
    meera.refuses("Nothing has been changed.")
    dialog.get_by_label("Usage location").fill("1x")
    dialog.get_by_label("Preferred language").fill("?")
    dialog.get_by_label("Display name").fill("")
    meera.press("Save profile")
    meera.refuses("Two letters, such as GB", "A language, such as en", "This field is required.")
    dialog.get_by_label("Usage location").fill("in")
    dialog.get_by_label("Preferred language").fill("en-GB")
    dialog.get_by_label("Display name").fill("Meera Bose")
    dialog.get_by_label("Job title").fill("Platform Engineer")
    dialog.get_by_label("Cost centre").fill("4711")
    meera.send("Save profile")
    meera.done("Edit profile: job title, cost centre, preferred language")
    after = meera.truth
    assert (after["jobTitle"], after["employeeOrgData"]["costCenter"]) == ("Platform Engineer", "4711")
    assert after["usageLocation"] == "IN"
    meera.page.get_by_text("Platform Engineer").first.wait_for()


def test_what_somebody_else_changed_meanwhile_is_left_alone(person):
    remi = person("remi.dubois")
    dialog = remi.choose(PROFILE)
    remi.change(jobTitle="Changed in Entra")
    dialog.get_by_label("Job title").fill("Changed here")
    remi.send("Save profile")
    remi.failed("Edit profile: job title", "Somebody has changed it since the dialog was opened: job title")
    assert remi.truth["jobTitle"] == "Changed in Entra"


def test_of_a_synchronised_profile_only_the_usage_location_can_be_changed(person):
    diego = person("DiegoS")
    dialog = diego.choose(PROFILE)
    assert dialog.get_by_label("Job title").is_disabled()
    diego.refuses("Active Directory is its master: only the usage location can be changed here.")
    dialog.get_by_label("Usage location").fill("DE")
    diego.send("Save profile")
    diego.done("Edit profile: usage location")
    assert diego.truth["usageLocation"] == "DE"


def test_microsoft_refuses_to_change_somebody_in_a_restricted_unit(person):
    henrietta = person("HenriettaM")
    henrietta.read_again()
    henrietta.unfold().get_by_text("cannot be known").first.wait_for(state="attached")
    dialog = henrietta.choose(PROFILE)
    henrietta.refuses("restricted management administrative unit")
    dialog.get_by_label("Job title").fill("Nobody")
    henrietta.send("Save profile")
    henrietta.failed("Edit profile: job title", "403 Authorization_RequestDenied")
    assert henrietta.truth["jobTitle"] == "Chief Financial Officer"


def test_phones_and_addresses_are_two_runs(person):
    mia = person("mia.lange")
    dialog = mia.choose(CONTACT)
    mia.press("Save")
    mia.refuses("Nothing has been changed.")
    dialog.get_by_label("Other e-mail addresses").fill("mia@home.example\nno address")
    mia.press("Save")
    mia.refuses("“no address” is not an e-mail address.")
    dialog.get_by_label("Other e-mail addresses").fill("mia@home.example")
    dialog.get_by_label("Mobile phone").fill("+49 151 0000000")
    mia.send("Save")
    mia.done(f"{CONTACT}: mobile phone")
    mia.done(f"{CONTACT}: other e-mail addresses")
    assert (mia.truth["mobilePhone"], mia.truth["otherMails"]) == ("+49 151 0000000", ["mia@home.example"])


def test_a_manager_is_searched_set_and_removed(person):
    jorg = person("jorg.kruger")
    dialog = jorg.choose(SET_MANAGER)
    jorg.press(SET_MANAGER)
    jorg.refuses("Choose somebody.")
    search(jorg.page, "jorg.kruger")
    dialog.get_by_text("Nobody is their own manager.").wait_for()
    search(jorg.page, "Meera Bose")
    dialog.get_by_role("radio", name="Meera Bose").check()
    jorg.send(SET_MANAGER)
    jorg.done("Set manager to Meera Bose", "has Meera Bose as manager")
    meera = jorg.product.control("GET", "users/meera.bose@contoso.example")
    assert jorg.truth["manager"] == meera["id"]

    dialog = jorg.choose(REMOVE_MANAGER)
    assert dialog.get_by_label("Manager now").input_value() == "Meera Bose"
    jorg.send(REMOVE_MANAGER)
    jorg.done(REMOVE_MANAGER, "has no manager")
    assert jorg.truth["manager"] is None
    assert "There is no manager" in jorg.reason(REMOVE_MANAGER).inner_text()


def test_a_circle_of_managers_cannot_be_chosen(person):
    adele = person("AdeleV")
    dialog = adele.choose(SET_MANAGER)
    search(adele.page, "siobhan.o")
    option = dialog.locator(".pick-option").filter(has_text="siobhan.o'donoghue")
    option.get_by_text("that would be a circle").wait_for()
    assert option.get_by_role("radio").is_disabled()


def test_a_manager_who_is_gone_is_refused_by_microsoft(person):
    ulrike = person("ulrike.weiss")
    dialog = ulrike.choose(SET_MANAGER)
    search(ulrike.page, "harry.d'arcy")
    dialog.get_by_role("radio", name="harry.d'arcy@").check()
    gone = ulrike.product.control("GET", "users/harry.d'arcy@contoso.example")["id"]
    ulrike.product.control("DELETE", f"users/{gone}")
    before = ulrike.truth["manager"]
    ulrike.send(SET_MANAGER)
    ulrike.failed("Set manager to Harry D'Arcy", "404 Request_ResourceNotFound")
    assert ulrike.truth["manager"] == before
    ulrike.product.control("POST", f"users/{gone}/restore")


def test_a_profile_goes_back_by_undoing(person):
    felix = person("felix.jager")
    before = felix.truth
    dialog = felix.choose(PROFILE)
    dialog.get_by_label("Job title").fill("Head of Nothing")
    felix.send("Save profile")
    felix.done("Edit profile: job title")
    felix.open_run("Edit profile: job title")
    compared = felix.undo()
    assert [cell.strip() for cell in compared.get_by_role("cell").all_inner_texts()] == [
        before["jobTitle"] or "none",
        "Head of Nothing",
        "Head of Nothing",
    ]
    felix.undone()
    assert felix.truth["jobTitle"] == before["jobTitle"]


def test_undoing_is_refused_when_somebody_has_changed_it_since(person):
    astrid = person("subin.yoon")
    dialog = astrid.choose(PROFILE)
    dialog.get_by_label("Job title").fill("First")
    astrid.send("Save profile")
    astrid.done("Edit profile: job title")
    astrid.change(jobTitle="Second, by somebody else")
    astrid.open_run("Edit profile: job title")
    compared = astrid.undo()
    assert "Second, by somebody else" in compared.locator(".value-now.tone-warning").inner_text()
    astrid.page.get_by_text("Somebody has changed it since").wait_for()
    assert astrid.page.get_by_role("button", name="Undo").count() == 0
