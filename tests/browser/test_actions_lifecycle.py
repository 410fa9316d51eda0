"""Deleting and restoring, in the browser: by way of the deleted people, and where somebody has taken the name."""

DELETE, RESTORE = "Delete account", "Restore account"


def delete(person_page):
    person_page.choose(DELETE)
    person_page.confirm()
    person_page.send(DELETE)
    person_page.done(DELETE, "can be restored for 30 days")


def test_deleted_found_among_the_deleted_and_restored(person, axe):
    ines = person("ines.chateau")
    dialog = ines.choose(DELETE)
    dialog.get_by_label("Type the person's name").fill("Somebody else")
    ines.press(DELETE)
    ines.refuses("This is not the name of the person on this page.")
    ines.confirm()
    ines.send(DELETE)
    ines.done(DELETE)
    assert ines.truth["deleted"] is True
    for label in ("Reset password", "Disable account", "Add to group", "Assign licences", DELETE):
        assert "was deleted" in ines.reason(label).inner_text()

    ines.page.goto("/people/deleted/")
    ines.page.get_by_role("link", name="Inès Château").click()
    ines.page.locator("#person-actions").wait_for()
    ines.choose(RESTORE)
    axe(ines.page)
    ines.send(RESTORE)
    ines.done(RESTORE, "account is back")
    assert ines.truth["deleted"] is False
    assert ines.truth["userPrincipalName"] == ines.sign_in_name


def test_a_restore_under_another_name_where_the_old_one_was_taken(person, product):
    remi = person("remi.chateau")
    delete(remi)
    product.control("POST", "users/hong.ho@contoso.example", {"userPrincipalName": remi.sign_in_name})
    dialog = remi.choose(RESTORE)
    dialog.get_by_label("New sign-in name").fill("remi")
    remi.press(RESTORE)
    remi.refuses("A sign-in name has a name, an @ and a domain.")
    dialog.get_by_label("New sign-in name").fill("")
    person_url = remi.page.url
    remi.send(RESTORE)
    remi.failed(RESTORE, "already uses this value")
    assert remi.truth["deleted"] is True

    remi.page.goto(person_url)
    remi.choose(RESTORE).get_by_label("New sign-in name").fill("remi.c@contoso.example")
    remi.send(RESTORE)
    remi.done(RESTORE, "The sign-in name is remi.c@contoso.example.")
    assert (remi.truth["deleted"], remi.truth["userPrincipalName"]) == (False, "remi.c@contoso.example")


def test_a_deletion_is_undone_from_its_run(person):
    ishita = person("ishita.kulkarni")
    delete(ishita)
    ishita.open_run(DELETE)
    ishita.undo()
    ishita.undone()
    assert ishita.truth["deleted"] is False
