"""The search for secrets finds one."""

from pathlib import Path

import pytest

from tests.rules import secrets


def test_a_secret_in_a_file_is_found_and_not_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "people").mkdir()
    (tmp_path / "people" / "oops.py").write_text('client_secret = "hunter2-' + 'hunter2-x9"\n')
    monkeypatch.setattr(secrets, "ROOT", tmp_path)
    assert secrets.main([]) == 1
    said = capsys.readouterr().out
    assert "people/oops.py:1" in said
    assert "hunter2" not in said
