"""The rules of the look that can be measured: contrast, no inline code, a comment on top, no class without a style."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
STYLES = sorted((ROOT / "static" / "css").glob("*.css"))
SCRIPTS = sorted((ROOT / "static" / "js").glob("*.js"))
THEMES = ("light", "dark")
SURFACES = ("canvas", "surface", "raised", "sunken", "hover", "selected")
TONES = ("neutral", "info", "good", "warning", "bad", "unknown")
TEXT_ON_SURFACES = [(ink, surface) for ink in ("ink", "ink-muted", "link", "bad") for surface in SURFACES]
TEXT_ON_TONES = [pair for tone in TONES for pair in ((tone, f"{tone}-quiet"), ("ink", f"{tone}-quiet"))]
TEXT_ON_FILLS = [("on-accent", fill) for fill in ("accent", "accent-hover", "danger-fill", "danger-fill-hover")]
EDGES = [(edge, surface) for edge in ("line-control", "focus") for surface in ("canvas", "surface", "raised", "sunken")]


def _tokens() -> dict[str, tuple[str, str]]:
    """Return each colour, in light and in dark."""
    css = (ROOT / "static" / "css" / "tokens.css").read_text()
    light, dark = (dict(re.findall(r"--([\w-]+): (#\w{6});", part)) for part in css.split("prefers-color-scheme: dark"))
    assert set(dark) <= set(light)
    return {name: (value, dark.get(name, value)) for name, value in light.items()}


def _luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("ink", "ground"), TEXT_ON_SURFACES + TEXT_ON_TONES + TEXT_ON_FILLS)
def test_text_can_be_read(ink, ground, theme):
    tokens, place = _tokens(), THEMES.index(theme)
    assert _contrast(tokens[ink][place], tokens[ground][place]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("edge", "ground"), EDGES)
def test_edges_of_controls_can_be_seen(edge, ground, theme):
    tokens, place = _tokens(), THEMES.index(theme)
    assert _contrast(tokens[edge][place], tokens[ground][place]) >= 3


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_a_template_begins_with_what_it_is_and_holds_no_inline_code(template):
    text = template.read_text()
    assert re.search(r"{#|{% comment %}", text[:250]), "begin with a comment: what it is, what it needs"
    assert not re.search(r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son\w+=|hx-on|javascript:", text)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_makes_no_code_and_no_html_from_text(script):
    makers = r"\beval\(|new Function|innerHTML|outerHTML|insertAdjacentHTML|document\.write"
    assert not re.search(makers, script.read_text())


@pytest.mark.parametrize("style", STYLES, ids=lambda path: path.name)
def test_colours_are_decided_in_the_tokens_only(style):
    if style.name != "tokens.css":
        assert not re.search(r"#[0-9a-fA-F]{3,8}\b|\brgba?\(", style.read_text())


@pytest.mark.parametrize("file", [*STYLES, *SCRIPTS], ids=lambda path: path.name)
def test_files_are_small(file):
    assert len(file.read_text().splitlines()) < 300


def test_every_class_in_a_template_has_a_style():
    bootstrap = Path(finders.find("bootstrap/css/bootstrap.min.css")).read_text()
    known = set(re.findall(r"\.([a-zA-Z][\w-]*)", bootstrap + "".join(style.read_text() for style in STYLES)))
    used = {name for template in TEMPLATES for name in _classes(template.read_text())}
    assert used - known == set()


def _classes(text: str) -> set[str]:
    """Return the classes that are written out; those put together from a value are left alone."""
    text = re.sub(r"{#.*?#}|{% comment.*?endcomment %}", "", text, flags=re.DOTALL)
    text = re.sub(r"{%.*?%}", " ", text)
    values = re.findall(r'\sclass="([^"]*)"', re.sub(r"{{.*?}}", "\0", text))
    return {name for value in values for name in value.split() if "\0" not in name}
