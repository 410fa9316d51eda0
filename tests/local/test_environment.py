"""The settings that `make run` makes up, and keeps."""

import stat

from neurons_admin.local import environment


def test_the_file_is_for_its_owner_only(tmp_path):
    path = tmp_path / "local.env"
    path.write_text("")
    path.chmod(0o644)
    environment.write(path, {"SECRET_KEY": "a=b=="})
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert environment.read(path) == {"SECRET_KEY": "a=b=="}


def test_keys_are_made_once_and_kept():
    first = environment.compose({}, {})
    again = environment.compose(first, {})
    assert {name: again[name] for name in environment.GENERATED} == {
        name: first[name] for name in environment.GENERATED
    }
    assert environment.compose({}, {})["SECRET_KEY"] != first["SECRET_KEY"]


def test_the_environment_wins_over_fixed_values():
    assert environment.compose({}, {"ALLOWED_HOSTS": "127.0.0.1"})["ALLOWED_HOSTS"] == "127.0.0.1"


def test_there_is_no_file_at_first(tmp_path):
    assert environment.read(tmp_path / "local.env") == {}
