"""Laws of banks, splits, datasets and the data module."""

import contextlib
import csv
import json
import pickle

import lightning as L
import numpy as np
import pytest
import soundfile
import torch

from trainer.data.bank import AudioBank
from trainer.data.clips import find_clips, hold_out
from trainer.data.datasets import EpochSampler, MixingDataset, PairDataset
from trainer.data.module import DataModule
from trainer.data.pairs import pair_up
from trainer.data.scene import MixConfig

RATE = 16000


def write(path, seconds=1.0, seed=0, rate=RATE, channels=1, level=0.1):
    path.parent.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    audio = level * rng.standard_normal((int(seconds * rate), channels))
    soundfile.write(path, audio, rate, subtype="PCM_16")
    return path


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """Twelve clips of three talkers, eight of noise, and a manifest of both."""
    root = tmp_path_factory.mktemp("corpus")
    rows = []
    for k in range(12):
        name = f"clean/read/talker{k % 3}/{k:02d}.wav"
        write(root / name, 0.5 + 0.25 * k, seed=k)
        rows.append([name, "read", f"talker{k % 3}", "1.0", "15.0" if k == 0 else "40.0"])
    for k in range(8):
        name = f"noise/street/{k:02d}.wav"
        write(root / name, 0.4 + k, seed=100 + k)
        rows.append([name, "street", "cars", "1.0", ""])
    with (root / "manifest.tsv").open("w", newline="") as file:
        table = csv.writer(file, delimiter="\t")
        table.writerow(["path", "source", "speaker_or_class", "seconds", "snr_db"])
        table.writerows(rows)
    return root


@pytest.fixture(scope="module")
def banks(corpus):
    return (
        AudioBank.decode(find_clips([str(corpus / "clean")])),
        AudioBank.decode(find_clips([str(corpus / "noise")]), loop=True),
    )


def module(corpus, **changes) -> DataModule:
    manifest = [str(corpus / "manifest.tsv")]
    options = {
        "speech_include": ["clean/*"],
        "noise_include": ["noise/*"],
        "seconds": 0.5,
        "batch_size": 2,
        "examples_per_epoch": 8,
        "workers": 0,
        "rooms": 0,
        "valid_count": 3,
        "valid_seconds": 0.5,
    }
    return DataModule(manifest, manifest, **(options | changes))


# --- lists ---


def test_one_manifest_serves_speech_and_noise(corpus):
    place = [str(corpus / "manifest.tsv")]
    assert len(find_clips(place, ["clean/*"])) == 12
    assert len(find_clips(place, ["noise/"])) == 8
    assert len(find_clips(place, ["clean/*/talker1/*", "noise/street/00.wav"])) == 5
    assert {clip.group for clip in find_clips(place, ["noise/*"])} == {"street/cars"}


def test_min_snr_leaves_out_poor_speech_and_keeps_the_unrated(corpus):
    place = [str(corpus / "manifest.tsv")]
    assert len(find_clips(place, ["clean/*"], min_snr_db=20)) == 11
    assert len(find_clips(place, ["noise/*"], min_snr_db=20)) == 8


def test_folder_tsv_and_jsonl_list_the_same_files(corpus, tmp_path):
    names = [f"clean/read/talker{k % 3}/{k:02d}.wav" for k in range(12)]
    lines = corpus / "manifest.jsonl"
    lines.write_text("\n".join(json.dumps({"path": name, "source": "read"}) for name in names) + "\n")
    by_folder = find_clips([str(corpus / "clean")])
    assert [c.path for c in by_folder] == [c.path for c in find_clips([str(lines)])]
    assert [c.path for c in by_folder] == [
        c.path for c in find_clips([str(corpus / "manifest.tsv")], ["clean/*"])
    ]
    both = find_clips([str(corpus / "clean"), str(lines)])
    assert len(both) == 12, "a file listed twice is one clip"


def test_errors_of_lists_say_what_was_looked_for(corpus, tmp_path):
    with pytest.raises(ValueError, match=r"speech: .*nowhere does not exist"):
        find_clips([str(tmp_path / "nowhere")], what="speech")
    with pytest.raises(
        ValueError, match=r"no speech found: .*\.wav.* of 20 files 0 match include \['klean/\*'\]"
    ):
        find_clips([str(corpus / "manifest.tsv")], ["klean/*"], what="speech")
    with pytest.raises(ValueError, match=r"12 match include.*0 reach min_snr_db 90"):
        find_clips([str(corpus / "manifest.tsv")], ["clean/*"], 90)
    with pytest.raises(ValueError, match=r"one audio file; give its folder"):
        find_clips([str(corpus / "noise/street/00.wav")])
    headless = tmp_path / "headless.tsv"
    headless.write_text("a.wav\tread\nb.wav\tread\n")
    with pytest.raises(ValueError, match=r"`path` among them, but is \['a.wav', 'read'\]"):
        find_clips([str(headless)])
    torn = tmp_path / "torn.jsonl"
    torn.write_text('{"path": "a.wav"}\n{"path"\n')
    with pytest.raises(ValueError, match=r"torn.jsonl, line 2"):
        find_clips([str(torn)])
    ghost = tmp_path / "ghost.tsv"
    ghost.write_text("path\tsnr_db\na.wav\t30\nb.wav\t30\n")
    with pytest.raises(ValueError, match=r"2 of 2 listed files do not exist, first: .*a.wav"):
        find_clips([str(ghost)])
    odd = tmp_path / "odd.tsv"
    odd.write_text("path\tsnr_db\na.wav\tloud\n")
    with pytest.raises(ValueError, match=r"snr_db of a.wav is 'loud'"):
        find_clips([str(odd)], min_snr_db=3)


def test_hold_out_splits_without_overlap_and_hardly_moves_when_files_come(corpus, tmp_path):
    clips = find_clips([str(corpus / "clean")])
    kept, held = hold_out(clips, 0.25)
    assert len(held) == 3 and len(kept) == 9
    assert {c.path for c in kept} | {c.path for c in held} == {c.path for c in clips}
    fewer = [clip for clip in clips if clip not in kept[:1]]
    assert {c.path for c in hold_out(fewer, 3 / 11)[1]} == {c.path for c in held}
    with pytest.raises(ValueError, match="1 file cannot be split"):
        hold_out(clips[:1], 0.02)


# --- banks ---


def test_one_long_recording_is_held_out_at_its_end(tmp_path):
    write(tmp_path / "long.wav", seconds=30)
    bank = AudioBank.decode(find_clips([str(tmp_path)]))
    kept, held = bank.hold_out(0.02)
    assert kept.seconds == 27 and held.seconds == 3
    whole = bank.clip(0)
    assert np.array_equal(kept.clip(0), whole[: 27 * RATE]) and np.array_equal(
        held.clip(0), whole[27 * RATE :]
    )


def test_only_recordings_that_sound_are_held_out(tmp_path):
    write(tmp_path / "a.wav")
    write(tmp_path / "b.wav", seed=1)
    for k in range(20):
        write(tmp_path / f"silent{k}.wav", level=0.0)
    kept, held = AudioBank.decode(find_clips([str(tmp_path)])).hold_out(0.02)
    assert sorted(clip.path.name for bank in (kept, held) for clip in bank.clips) == ["a.wav", "b.wav"]


def test_bank_gives_back_the_samples(corpus, banks):
    speech = banks[0]
    for i in (0, 5):
        audio, _ = soundfile.read(speech.clips[i].path, dtype="float32")
        assert np.array_equal(speech.clip(i), audio)


def test_bank_resamples_and_mixes_down(tmp_path):
    time = np.arange(48000) / 48000
    tone = 0.5 * np.sin(2 * np.pi * 440 * time)
    soundfile.write(tmp_path / "a.wav", np.stack([tone, 0.5 * tone], axis=1), 48000)
    bank = AudioBank.decode(find_clips([str(tmp_path)]))
    expected = 0.375 * np.sin(2 * np.pi * 440 * np.arange(16000) / 16000)
    assert bank.lengths[0] == pytest.approx(16000, abs=1)
    assert np.abs(bank.clip(0)[500:15500] - expected[500:15500]).max() < 2e-3


def test_cache_gives_the_same_bank_and_notices_a_changed_file(tmp_path, monkeypatch):
    for k in range(3):
        write(tmp_path / "in" / f"{k}.wav", seed=k)
    cache = tmp_path / "cache"

    def decode():
        return AudioBank.decode(find_clips([str(tmp_path / "in")]), cache_dir=cache)

    plain = AudioBank.decode(find_clips([str(tmp_path / "in")]))
    first = decode()
    with monkeypatch.context() as patch:
        patch.setattr("trainer.data.bank._decode", lambda *_: pytest.fail("decoded although cached"))
        second = decode()
    for bank in (first, second):
        assert all(np.array_equal(bank.clip(i), plain.clip(i)) for i in range(3))
        assert np.array_equal(bank.peaks, plain.peaks)
    assert {path.suffix for path in cache.iterdir()} == {".npy", ".npz"}
    write(tmp_path / "in" / "1.wav", 0.5, seed=9)
    assert decode().lengths[1] == 8000


def test_a_cached_bank_pickles_without_its_samples(tmp_path):
    write(tmp_path / "in" / "a.wav", 20.0)
    bank = AudioBank.decode(find_clips([str(tmp_path / "in")]), cache_dir=tmp_path / "cache")
    pickled = pickle.dumps(bank)
    assert len(pickled) < 10_000
    assert np.array_equal(pickle.loads(pickled).clip(0), bank.clip(0))


def test_a_broken_file_is_named_and_leaves_no_cache(tmp_path):
    write(tmp_path / "in" / "a.wav")
    (tmp_path / "in" / "b.wav").write_bytes(b"not audio")
    with pytest.raises(ValueError, match=r"speech: cannot read .*b.wav"):
        AudioBank.decode(find_clips([str(tmp_path / "in")]), cache_dir=tmp_path / "cache", what="speech")
    assert not list((tmp_path / "cache").iterdir())


def test_silent_files_are_refused_together_and_never_drawn_alone(tmp_path):
    write(tmp_path / "zero" / "a.wav", level=0.0)
    with pytest.raises(ValueError, match="1 files are empty or silent"):
        AudioBank.decode(find_clips([str(tmp_path / "zero")]))
    write(tmp_path / "zero" / "b.wav", 0.5)
    bank = AudioBank.decode(find_clips([str(tmp_path / "zero")]))
    rng = np.random.default_rng(0)
    assert all(bank.crop(rng, 4000).any() for _ in range(50))


@pytest.mark.parametrize("samples", [100, 8000, 100_000])
def test_a_crop_has_its_length_and_no_hole_in_noise(banks, samples):
    speech, noise = banks
    rng = np.random.default_rng(0)
    for _ in range(10):
        voice, sound = speech.crop(rng, samples), noise.crop(rng, samples)
        for crop in (voice, sound):
            assert crop.shape == (samples,) and crop.dtype == np.float32 and np.isfinite(crop).all()
        if samples >= 8000:
            blocks = sound[: samples // 800 * 800].reshape(-1, 800)
            assert np.sqrt((blocks**2).mean(axis=1)).min() > 0.05, "noise is looped, not padded"


def test_short_speech_goes_on_with_the_same_talker(tmp_path):
    """Each talker is a tone: a crop holds one tone only, with gaps of 50-300 ms."""
    for t, frequency in enumerate((500, 2000)):
        for k in range(3):
            path = tmp_path / f"read/talker{t}/{k}.wav"
            path.parent.mkdir(parents=True, exist_ok=True)
            soundfile.write(path, 0.3 * np.sin(2 * np.pi * frequency * np.arange(6400) / RATE), RATE)
    bank = AudioBank.decode(find_clips([str(tmp_path)]))
    rng = np.random.default_rng(0)
    seen = set()
    for _ in range(20):
        crop = bank.crop(rng, 32000)
        power = np.abs(np.fft.rfft(crop)) ** 2
        low, high = power[900:1100].sum(), power[3900:4100].sum()
        assert min(low, high) < 1e-2 * max(low, high)
        seen.add(low > high)
        loud = np.flatnonzero(np.abs(crop) > 1e-4)
        gaps = np.diff(loud)
        gaps = gaps[gaps > 100]
        assert len(gaps) >= 2 and gaps.min() > 0.04 * RATE and gaps.max() < 0.32 * RATE
    assert seen == {True, False}


def test_sources_are_drawn_by_the_square_root_of_their_duration(tmp_path):
    write(tmp_path / "large/x/a.wav", 16.0, level=0.2)
    write(tmp_path / "small/x/a.wav", 1.0, level=0.01)
    bank = AudioBank.decode(find_clips([str(tmp_path)]))
    rng = np.random.default_rng(0)
    large = np.mean([np.abs(bank.crop(rng, 1600)).max() > 0.1 for _ in range(2000)])
    assert large == pytest.approx(4 / 5, abs=0.03)


def test_mere_background_is_drawn_again_three_times(tmp_path):
    tmp_path.joinpath("x").mkdir()
    rng = np.random.default_rng(0)
    audio = 1e-4 * rng.standard_normal(10 * RATE)
    audio[:RATE] = 0.2 * rng.standard_normal(RATE)
    soundfile.write(tmp_path / "x/a.wav", audio, RATE)
    bank = AudioBank.decode(find_clips([str(tmp_path)]))
    heard = np.mean([np.abs(bank.crop(rng, RATE)).max() > 0.01 for _ in range(400)])
    once = 1 / 9  # starts within the loud second
    assert heard == pytest.approx(1 - (1 - once) ** 4, abs=0.08)


# --- datasets ---


def dataset(banks, **changes) -> MixingDataset:
    return MixingDataset(*banks, **({"examples": 8, "samples": 4000, "seed": 3} | changes))


def test_an_example_is_a_function_of_seed_and_index(banks):
    one, same, other = dataset(banks), dataset(banks), dataset(banks, seed=4)
    for k in (7, 0, 9):
        assert all(torch.equal(a, b) for a, b in zip(one[k], same[k], strict=True))
        assert not torch.equal(one[k][1], other[k][1])
    assert one[0][0].shape == (4000,) and one[0][0].dtype == torch.float32


def test_epochs_differ(banks):
    data = dataset(banks)
    sampler = EpochSampler(data)
    sampler.set_epoch(0)
    first = list(sampler)
    sampler.set_epoch(1)
    second = list(sampler)
    assert first == list(range(8)) and second == list(range(8, 16)) and len(sampler) == 8
    assert not any(torch.equal(data[a][1], data[b][1]) for a, b in zip(first, second, strict=True))


def test_a_resumed_epoch_begins_where_it_stopped(banks):
    sampler = EpochSampler(dataset(banks), start=3)
    sampler.set_epoch(1)
    assert list(sampler) == [11, 12, 13, 14, 15, 8, 9, 10]
    assert list(sampler) == list(range(8, 16))


def test_workers_change_nothing(corpus):
    batches = []
    for workers in (0, 2):
        data = module(corpus, workers=workers)
        data.setup("fit")
        loader = data.train_dataloader()
        seen = []
        for epoch in range(2):
            loader.sampler.set_epoch(epoch)
            seen += [torch.stack(batch) for batch in loader]
        batches.append(torch.stack(seen))
    assert torch.equal(*batches)
    assert len(batches[0]) == 8 and len(torch.unique(batches[0][:, 1].reshape(16, -1), dim=0)) == 16


def test_pairs_are_checked_and_cut(tmp_path):
    clean, noisy = tmp_path / "clean", tmp_path / "noisy"
    for k in range(6):
        write(clean / f"{k}.wav", 1.0, seed=k)
        write(noisy / f"{k}.wav", 1.0, seed=k + 10)
    x, y, name = PairDataset(pair_up(clean, noisy), max_seconds=0.25)[2]
    assert x.shape == y.shape == (4000,) and name == "2.wav"
    assert np.allclose(x, soundfile.read(clean / "2.wav")[0][:4000], atol=1e-6)
    assert np.allclose(y, soundfile.read(noisy / "2.wav")[0][:4000], atol=1e-6)
    some = PairDataset(pair_up(clean, noisy), max_files=3)
    assert [pair.name for pair in some.pairs] == ["0", "2", "4"]
    assert PairDataset(pair_up(clean, noisy), sample_rate=8000)[0][0].shape == (8000,)
    write(noisy / "3.wav", 2.0)
    with pytest.raises(ValueError, match=r"3 lasts 1.000 s .* 2.000 s"):
        PairDataset(pair_up(clean, noisy))
    (noisy / "3.wav").unlink()
    with pytest.raises(ValueError, match=r"has 6 audio files and .* has 5; .*1 are missing in one: 3"):
        pair_up(clean, noisy)
    with pytest.raises(ValueError, match="is not a folder"):
        pair_up(tmp_path / "none", noisy)


# --- the data module ---


def test_held_out_files_are_never_trained_on(corpus):
    data = module(corpus, min_snr_db=20)
    data.setup("fit")
    for kind, total in (("speech", 11), ("noise", 8)):
        trained = {clip.path for clip in getattr(data.training, kind).clips}
        held = {clip.path for clip in getattr(data.validation, kind).clips}
        assert held and trained and not held & trained and len(held | trained) == total


def test_the_held_out_mixtures_are_fixed_and_hold_speech_and_noise(corpus):
    def batches():
        data = module(corpus, mix=MixConfig(speech_absent=0.5, noise_absent=0.5))
        data.setup("validate")
        return list(data.val_dataloader())

    first, again = batches(), batches()
    assert [names[0] for _, _, names in first] == ["held-out-0000", "held-out-0001", "held-out-0002"]
    for (x, y, _), (x2, y2, _) in zip(first, again, strict=True):
        assert x.shape == (1, 8000) and torch.equal(x, x2) and torch.equal(y, y2)
        assert x.any() and not torch.equal(x, y)


def test_with_pairs_given_nothing_is_held_out(corpus, tmp_path):
    for folder in ("clean", "noisy"):
        for k in range(3):
            write(tmp_path / folder / f"{k}.wav", seed=k)
    data = module(
        corpus, valid_clean=str(tmp_path / "clean"), valid_noisy=str(tmp_path / "noisy"), valid_max_files=2
    )
    data.setup("fit")
    assert len(data.training.speech) == 12 and len(data.training.noise) == 8
    assert [names[0] for _, _, names in data.val_dataloader()] == ["0.wav", "1.wav"]
    with pytest.raises(ValueError, match="give both or neither"):
        module(corpus, valid_clean="here")


class Recorder(L.LightningModule):
    """Keeps a mark of every training example that it is given."""

    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(1))
        self.marks = []

    def training_step(self, batch, index):
        self.marks += [float(y.double().square().sum()) for y in batch[1]]
        return (self.weight * batch[1] - batch[0]).square().mean()

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), 0.1)


class Killed(Exception):
    pass


class Kill(L.Callback):
    """Saves after `step` steps and ends the run there, as a preempted machine would."""

    def __init__(self, step, path):
        self.step, self.path = step, path

    def on_train_batch_end(self, trainer, *_):
        if trainer.global_step == self.step:
            trainer.save_checkpoint(self.path)
            raise Killed


def fit(corpus, steps, resume=None, callbacks=()):
    model = Recorder()
    trainer = L.Trainer(
        max_steps=steps,
        accelerator="cpu",
        logger=False,
        callbacks=list(callbacks),
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        limit_val_batches=0,
    )
    with contextlib.suppress(Killed):
        trainer.fit(model, module(corpus), ckpt_path=resume, weights_only=False)
    return trainer, model.marks


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("step", [1, 4, 6], ids=["in the first epoch", "at its end", "in the second"])
def test_a_killed_run_hears_on_what_an_unbroken_one_hears(corpus, tmp_path, step):
    _, unbroken = fit(corpus, 10)
    _, before = fit(corpus, 10, callbacks=[Kill(step, tmp_path / "killed.ckpt")])
    _, after = fit(corpus, 10, str(tmp_path / "killed.ckpt"))
    assert len(set(unbroken)) == 20 and len(before) == 2 * step
    assert before + after == unbroken


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("steps", [3, 4, 6])
def test_a_finished_run_that_goes_on_hears_nothing_twice(corpus, tmp_path, steps):
    trainer, before = fit(corpus, steps)
    trainer.save_checkpoint(tmp_path / "end.ckpt")
    _, after = fit(corpus, 10, str(tmp_path / "end.ckpt"))
    assert len(after) == 20 - 2 * steps
    assert len(set(before + after)) == 20
