"""Bootstrap's rules hold images as data: addresses, which the content security policy refuses: none is asked for."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

ROOT = Path(__file__).resolve().parents[2]
RULE = re.compile(r"([^{}]+)\{([^{}]*url\([\"']?data:[^{}]*)\}")
CLASS = re.compile(r"\.(-?[A-Za-z][\w-]*)")
WORD = re.compile(r"(?<![\w.-])[A-Za-z][\w-]*")
PROPERTY = re.compile(r"([\w-]+):\s*url\([\"']?data:")
# What css/bootstrap.css takes the images from, each by its property.
TAKEN = {"form-select": "--bs-form-select-bg-img", "form-check-input": "--bs-form-check-bg-image"}
# Classes that say what a rule is about, in the order in which the rest of a selector qualifies them.
QUALIFIERS = {"is-valid", "is-invalid", "was-validated", "form-switch"}


def rules():
    """The selectors of Bootstrap whose rule has such an image, each with the properties that hold it."""
    css = Path(finders.find("bootstrap/css/bootstrap.min.css")).read_text()
    for selectors, body in RULE.findall(css):
        for selector in selectors.split(","):
            yield selector, set(CLASS.findall(selector)), PROPERTY.findall(body)


def words():
    """Every word of the templates and of the code that could be a class."""
    files = [*ROOT.glob("templates/**/*.html"), *ROOT.glob("static/js/*.js")]
    for app in ("people", "connectors", "credentials", "neurons_admin"):
        files += ROOT.glob(f"{app}/**/*.py")
    return {word for file in files for word in WORD.findall(file.read_text())}


def test_no_class_in_use_has_an_image_that_the_policy_refuses():
    used, refused = words(), []
    for selector, classes, properties in rules():
        if classes and classes <= used:
            subject = next((each for each in classes if each in TAKEN), "")
            refused += [f"{selector}: {each}" for each in properties if TAKEN.get(subject) != each]
    assert refused == []


def test_the_rules_are_found():
    """Or the test above would find nothing wrong with anything."""
    found = {each for _, classes, _ in rules() for each in classes}
    assert {*TAKEN, *QUALIFIERS, "btn-close", "accordion", "navbar"} <= found
    assert set(TAKEN) <= words()


@pytest.mark.parametrize("name", TAKEN)
def test_ours_takes_them_away(name):
    css = Path(finders.find("css/bootstrap.css")).read_text()
    assert f"{TAKEN[name]}: none !important;" in css
    assert f".{name}" in css


def test_nothing_of_ours_has_such_an_image():
    assert [
        file.name for file in ROOT.glob("static/css/*.css") if "url(data:" in file.read_text().replace('"', "")
    ] == []
