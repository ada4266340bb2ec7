"""WebDataset shards: the same recordings make the same mixtures, however they are packed."""

import io
import json
import pickle
import tarfile

import numpy as np
import pytest
import soundfile
import torch

from trainer.data import shards
from trainer.data.bank import AudioBank
from trainer.data.clips import find_clips
from trainer.data.module import DataModule
from trainer.data.shards import are_shards, shard_bank

pytest.importorskip("webdataset")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """speech/ and noise/, each with files in two folders: other lengths, rates and channels."""
    root, rng = tmp_path_factory.mktemp("audio"), np.random.default_rng(0)
    for kind in ("speech", "noise"):
        for k in range(6):
            path = root / kind / f"voice{k % 2}" / f"{k}.{'flac' if k == 3 else 'wav'}"
            path.parent.mkdir(parents=True, exist_ok=True)
            rate, channels = (22050, 2) if k == 4 else (16000, 1)
            soundfile.write(path, 0.1 * rng.standard_normal((rate + 500 * k, channels)), rate)
    return root


def pack(root, target, names=None, rows=None, mode="w"):
    """Files of a folder as one shard; rows: name without its end -> what stands in the .json beside it."""
    with tarfile.open(target, mode) as tar:
        for path in sorted(root.rglob("*.*")) if names is None else [root / name for name in names]:
            name = path.relative_to(root).as_posix()
            tar.add(path, name)
            key = name.rsplit(".", 1)[0]
            if rows and key in rows:
                text = json.dumps(rows[key]).encode()
                entry = tarfile.TarInfo(f"{key}.json")
                entry.size = len(text)
                tar.addfile(entry, io.BytesIO(text))
    return str(target)


NAMES = [f"voice{k % 2}/{k}.{'flac' if k == 3 else 'wav'}" for k in range(6)]


def whole(bank):
    return {clip.name: (clip.source, clip.group, bank.clip(i).tobytes()) for i, clip in enumerate(bank.clips)}


@pytest.mark.parametrize("cached", [False, True])
@pytest.mark.parametrize(
    "cuts", [[(NAMES, "w")], [(NAMES[4:] + NAMES[2:4], "w"), (NAMES[:2], "w:gz")]], ids=["one", "two"]
)
def test_shards_hold_what_the_folder_holds(folder, tmp_path, cuts, cached):
    places = [
        pack(folder / "speech", tmp_path / f"speech-{i}.tar{'.gz' * (mode == 'w:gz')}", names, mode=mode)
        for i, (names, mode) in enumerate(cuts)
    ]
    cache = tmp_path / "cache" if cached else None
    expected = AudioBank.decode(find_clips([str(folder / "speech")]))
    found = shard_bank(places, cache_dir=cache)
    assert whole(found) == whole(expected) and found.seconds == expected.seconds
    rngs = [np.random.default_rng(1) for _ in range(2)]
    for _ in range(10):
        assert np.array_equal(found.crop(rngs[0], 12000), expected.crop(rngs[1], 12000))
    again = pickle.loads(pickle.dumps(found))  # as a worker process gets it
    assert np.array_equal(again.clip(2), found.clip(2))


def test_the_data_module_makes_the_same_mixtures(folder, tmp_path):
    for kind in ("speech", "noise"):
        pack(folder / kind, tmp_path / f"{kind}-00.tar", NAMES[::2])
        pack(folder / kind, tmp_path / f"{kind}-01.tar", NAMES[1::2])

    def module(**places):
        data = DataModule(
            **places, rooms=0, seconds=0.5, examples_per_epoch=16, cache_dir=str(tmp_path / "c")
        )
        data.prepare_data()
        data.setup("fit")
        return data

    a = module(speech=[str(folder / "speech")], noise=[str(folder / "noise")])
    b = module(speech=[f"{tmp_path}/speech-{{00..01}}.tar"], noise=[f"{tmp_path}/noise-{{00..01}}.tar"])
    for k in (0, 1, 20):
        assert all(torch.equal(v, w) for v, w in zip(a.training[k], b.training[k], strict=True))
    assert all(torch.equal(v, w) for v, w in zip(a.validation[3][:2], b.validation[3][:2], strict=True))


def test_the_cache_is_read_instead_of_the_shards(folder, tmp_path, monkeypatch):
    place = pack(folder / "speech", tmp_path / "speech.tar")
    first = shard_bank([place], cache_dir=tmp_path / "cache")
    assert isinstance(first.data, np.memmap)
    assert sorted(p.suffix for p in (tmp_path / "cache").iterdir()) == [".json", ".npy"]
    decode = shards._decode
    monkeypatch.setattr(shards, "_decode", lambda *_: pytest.fail("decoded again"))
    assert whole(shard_bank([place], cache_dir=tmp_path / "cache")) == whole(first)
    # another choice of the recordings is another cache
    monkeypatch.setattr(shards, "_decode", decode)
    assert len(shard_bank([place], ["voice1/"], cache_dir=tmp_path / "cache")) == 3


def test_rows_beside_the_sound_are_heeded(folder, tmp_path):
    rows = {
        "voice0/0": {"speaker_or_class": "anna", "source": "x", "snr_db": 5},
        "voice1/1": {"snr_db": "31"},
    }
    place = pack(folder / "speech", tmp_path / "speech.tar", rows=rows)
    bank = shard_bank([place], min_snr_db=20)
    assert [clip.name for clip in bank.clips] == NAMES[2:3] + NAMES[4:5] + [NAMES[1], NAMES[3], NAMES[5]]
    group = {clip.name: clip.group for clip in shard_bank([place]).clips}
    assert group["voice0/0.wav"] == "x/anna" and group["voice1/1.wav"] == "voice1/voice1"


def test_shards_stand_alone():
    assert are_shards(["a-{000..010}.tar"]) and are_shards(["https://host/a.tar.gz", "pipe:cat a"])
    assert not are_shards(["speech/", "list.tsv"]) and not are_shards([])
    with pytest.raises(ValueError, match=r"noise: b.tar is a shard and a/ is not"):
        are_shards(["a/", "b.tar"], "noise")


def test_what_cannot_be_read_is_told(folder, tmp_path):
    place = pack(folder / "speech", tmp_path / "speech-0.tar", NAMES[:2])
    with pytest.raises(ValueError, match=r"speech: 2 of 3 shards do not exist, first: .*speech-1\.tar"):
        shard_bank([f"{tmp_path}/speech-{{0..2}}.tar"], what="speech")
    (tmp_path / "text.tar").write_text("no tar at all" * 100)
    with pytest.raises(ValueError, match=r"the shard .*text\.tar cannot be read"):
        shard_bank([str(tmp_path / "text.tar")])
    half = tmp_path / "half.tar"
    half.write_bytes((tmp_path / "speech-0.tar").read_bytes()[:30000])
    with pytest.raises(ValueError, match=r"the shard .*half\.tar cannot be read"):
        shard_bank([str(half)], cache_dir=tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []
    with pytest.raises(ValueError, match=r"1 shards hold 2 files .* include \['other'\]"):
        shard_bank([place], ["other"])
    (tmp_path / "0.wav").write_text("no sound")
    with pytest.raises(ValueError, match=r"cannot read .*bad\.tar/0\.wav"):
        shard_bank([pack(tmp_path, tmp_path / "bad.tar", ["0.wav"])])
