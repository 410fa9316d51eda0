"""docs/settings.md lists every setting there is."""

import re

from tests.engines import ROOT


def test_every_setting_is_written_down():
    read = set(re.findall(r'env(?:\.\w+)?\(\s*"([A-Z_]+)"', (ROOT / "neurons_admin" / "settings.py").read_text()))
    written = set(re.findall(r"`([A-Z_]+)`", (ROOT / "docs" / "settings.md").read_text()))
    assert read
    assert read <= written, f"docs/settings.md does not say what these are for: {', '.join(sorted(read - written))}"
