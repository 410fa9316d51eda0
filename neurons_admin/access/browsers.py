"""What a browser says it is, in words that people know. A browser may say anything: it is a hint, and no fact."""

from typing import Final

UNKNOWN: Final = "An unknown browser"
# Each names those that came before it, too: the first that is found is meant.
NAMES: Final = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
)
SYSTEMS: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def in_words(user_agent: str) -> str:
    """ "Firefox on Windows", out of what the browser sends."""
    name = next((name for part, name in NAMES if part in user_agent), UNKNOWN)
    system = next((f" on {system}" for part, system in SYSTEMS if part in user_agent), "")
    return name + system
