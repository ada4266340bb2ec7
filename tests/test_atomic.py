"""Files that appear whole or not at all, on both sides of the border between engine and trainer."""

import os
import stat

import pytest
import torch

from realtime import atomic as realtime_atomic
from trainer import atomic as trainer_atomic
from trainer.networks.checkpoint import save_snapshot

pytestmark = pytest.mark.skipif(os.name != "posix", reason="permissions and links of POSIX")


@pytest.fixture(params=[realtime_atomic, trainer_atomic], ids=["realtime", "trainer"])
def module(request):
    return request.param


@pytest.fixture
def umask():
    before = os.umask(0o027)
    yield 0o027
    os.umask(before)


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_the_file_appears_at_the_end_and_nothing_else_is_left(module, tmp_path):
    target = tmp_path / "a.txt"
    with module.atomic_path(target) as temporary:
        assert temporary.parent == tmp_path and temporary.name.startswith(".a.txt.")
        assert temporary.suffix == ".part" and temporary.read_bytes() == b""
        temporary.write_text("new")
        assert not target.exists()
    assert target.read_text() == "new" and list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_a_failure_leaves_the_old_file_and_no_other(module, tmp_path, error):
    target = tmp_path / "a.txt"
    target.write_text("old")
    with pytest.raises(error), module.atomic_path(target) as temporary:  # noqa: PT012
        temporary.write_text("half")
        raise error
    assert target.read_text() == "old" and list(tmp_path.iterdir()) == [target]


def test_what_cannot_be_replaced_leaves_nothing_either(module, tmp_path):
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="folder"), module.atomic_path(tmp_path / "folder") as temporary:
        temporary.write_text("x")
    assert [p.name for p in tmp_path.iterdir()] == ["folder"]
    with pytest.raises(FileNotFoundError), module.atomic_path(tmp_path / "none" / "a"):
        pass


def test_a_new_file_has_the_permissions_of_a_plain_open(module, tmp_path, umask):
    (tmp_path / "plain").write_text("")
    with module.atomic_path(tmp_path / "new") as temporary:
        temporary.write_text("x")
    assert mode(tmp_path / "new") == mode(tmp_path / "plain") == 0o640


def test_a_replaced_file_keeps_its_permissions(module, tmp_path):
    target = tmp_path / "private"
    target.write_text("old")
    target.chmod(0o600)
    with module.atomic_path(target) as temporary:
        temporary.write_text("new")
    assert mode(target) == 0o600 and target.read_text() == "new"


def test_a_planted_link_is_not_followed(module, tmp_path, monkeypatch):
    """Even if somebody guesses the name: the next one is taken."""
    victim, guesses = tmp_path / "victim", iter(["guessed", "free"])
    victim.write_text("untouched")
    (tmp_path / ".a.guessed.part").symlink_to(victim)
    monkeypatch.setattr(module.secrets, "token_urlsafe", lambda count: next(guesses))
    with module.atomic_path(tmp_path / "a") as temporary:
        assert temporary.name == ".a.free.part"
        temporary.write_text("mine")
    assert victim.read_text() == "untouched" and (tmp_path / "a").read_text() == "mine"


def test_a_target_that_is_a_link_is_replaced_and_what_it_points_to_stays(module, tmp_path):
    (tmp_path / "far").write_text("far")
    (tmp_path / "a").symlink_to(tmp_path / "far")
    with module.atomic_path(tmp_path / "a") as temporary:
        temporary.write_text("near")
    assert not (tmp_path / "a").is_symlink() and (tmp_path / "far").read_text() == "far"


def test_names_differ_from_time_to_time(module, tmp_path):
    names = set()
    for _ in range(20):
        with module.atomic_path(tmp_path / "a") as temporary:
            names.add(temporary.name)
    assert len(names) == 20


def test_a_snapshot_has_the_permissions_of_a_plain_open(tmp_path, umask):
    """Whatever the library that writes it does about them."""
    save_snapshot({}, {"a": torch.zeros(2)}, tmp_path / "m.safetensors")
    assert mode(tmp_path / "m.safetensors") == 0o640
    assert [p.name for p in tmp_path.iterdir()] == ["m.safetensors"]
