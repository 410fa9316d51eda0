"""Where the engines keep their files, and as whom PostgreSQL runs."""

import os
import stat
from pathlib import Path

import pytest

from neurons_admin.local import LocalError, accounts, places
from neurons_admin.local.accounts import Account

NOBODY = Account("nobody", 65534, 65534)
VAR = Path("/srv/clone/var")


def test_postgres_keeps_its_data_in_var():
    assert places.postgres_home(VAR, reachable=True) == VAR / "postgres"


def test_postgres_moves_out_of_a_var_that_its_user_cannot_reach():
    home = places.postgres_home(VAR, reachable=False)
    assert home.parent == Path("/var/tmp")
    assert home == places.postgres_home(VAR, reachable=False) != places.postgres_home(VAR / "test", reachable=False)


def test_postgres_that_moved_out_stays_out(tmp_path):
    (tmp_path / "postgres").symlink_to("/nowhere")
    assert places.postgres_home(tmp_path, reachable=True) == places.outside(tmp_path)


def test_a_socket_stands_in_the_preferred_directory():
    assert places.socket_directory(VAR / "redis", "redis.sock") == VAR / "redis"


@pytest.mark.parametrize("directory", [Path("/deep") / ("x" * 90), Path("/with space"), Path("/what?")], ids=str)
def test_a_socket_moves_when_its_path_is_too_long_or_odd(directory):
    place = places.socket_directory(directory, "redis.sock")
    assert place.parent == Path("/tmp")
    assert len(str(place / ".s.PGSQL.5432.lock")) < places.SOCKET_PATH_LIMIT


def test_a_private_directory_is_ours_alone(tmp_path):
    place = places.make_private(tmp_path / "a" / "b")
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    place.chmod(0o755)
    assert stat.S_IMODE(places.make_private(place).stat().st_mode) == 0o700


def test_a_private_directory_is_no_link_that_somebody_put_there(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(LocalError, match="belongs to somebody else"):
        places.make_private(tmp_path / "link")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a directory that is somebody else's")
def test_a_private_directory_of_somebody_else_is_refused(tmp_path):
    (tmp_path / "theirs").mkdir()
    os.chown(tmp_path / "theirs", 12345, 12345)
    with pytest.raises(LocalError, match="belongs to somebody else"):
        places.make_private(tmp_path / "theirs", NOBODY)


def test_an_ordinary_user_runs_postgres_as_themselves():
    assert accounts.choose(euid=1000) is None


def test_root_lends_postgres_the_first_user_that_exists():
    assert accounts.choose(euid=0, look_up={"nobody": NOBODY}.get) == NOBODY


def test_root_keeps_the_user_that_the_data_belong_to():
    theirs = Account("somebody", 1000, 1000)
    assert accounts.choose(euid=0, last_time=theirs, look_up={"nobody": NOBODY}.get) == theirs
    assert accounts.choose(euid=0, last_time=Account("root", 0, 0), look_up={"nobody": NOBODY}.get) == NOBODY


def test_root_without_any_other_user_is_told_so():
    with pytest.raises(LocalError, match="cannot run as root"):
        accounts.choose(euid=0, look_up={}.get)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can ask on behalf of another user")
def test_a_closed_parent_is_noticed(tmp_path):
    inner = tmp_path / "inner"
    inner.mkdir(mode=0o755)
    tmp_path.chmod(0o700)
    assert not accounts.can_reach(NOBODY, inner)
    assert accounts.can_reach(NOBODY, Path("/usr/bin"))
    assert accounts.can_reach(None, inner)
