"""Laws of `trainer prepare`, on synthetic trees of the layouts of the corpora."""

import csv
import json
from collections import Counter

import numpy as np
import pytest
import soundfile
from trainer.recipes import make as make_module
from trainer.recipes import ntcd_timit, own, voicebank_demand, wsj0_qut

from trainer.cli import main
from trainer.data.levels import active_rms, rms
from trainer.data.recipes.make import make, repeated
from trainer.data.recipes.plan import LayoutError, Noise, Pair, split_groups
from trainer.data.testset import find_items

RATE = 16000


def speech(path, key, seconds=0.4, rate=RATE, gain=1.0):
    """A file of a voice with a pause, another one for each key."""
    rng = np.random.default_rng(key)
    t = np.arange(round(seconds * rate)) / rate
    pitch = rng.uniform(100, 200)
    x = sum(np.sin(2 * np.pi * pitch * k * t + rng.uniform(0, 6)) / k for k in range(1, 15)) * (
        t < 0.7 * seconds
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, gain * 0.05 * x, rate)


def tone(path, frequencies, seconds=1.0, rate=RATE, channels=1):
    """Tones one after another, in equal parts: tells where in a file a stretch comes from."""
    t = np.arange(round(seconds * rate)) / rate
    f = np.asarray(frequencies)[
        np.minimum((t / seconds * len(frequencies)).astype(int), len(frequencies) - 1)
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    x = 0.1 * np.sin(2 * np.pi * np.cumsum(f) / rate)
    soundfile.write(path, np.stack([x] * channels, 1), rate)


def load(path):
    audio, rate = soundfile.read(path, dtype="float64")
    assert rate == RATE and audio.ndim == 1
    return audio


def manifest(folder):
    rows = list(csv.DictReader((folder / "manifest.tsv").open(), delimiter="\t"))
    for kind in ("clean", "noisy"):
        assert sorted(row["path"] for row in rows) == sorted(p.name for p in (folder / kind).iterdir())
    return rows


def noise_of(folder, row):
    """What was added to the speech of a made pair."""
    return load(folder / "noisy" / row["path"]) - load(folder / "clean" / row["path"])


def main_frequency(audio):
    return np.argmax(np.abs(np.fft.rfft(audio * np.hanning(len(audio))))) * RATE / len(audio)


def snapshot(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def no_speaker_twice(out):
    splits = [{row["speaker"] for row in manifest(out / split)} for split in ("train", "valid", "test")]
    assert all(splits) and sum(map(len, splits)) == len(set.union(*splits))


# --- corpora ---


@pytest.fixture(scope="module")
def voicebank(tmp_path_factory):
    """48 kHz, as it is published; noisy is the clean file with a tone."""
    root = tmp_path_factory.mktemp("vb")
    for part, speakers in (("trainset_28spk", ("p226", "p227", "p228", "p287")), ("testset", ("p232",))):
        log = []
        for speaker in speakers:
            for k in (1, 2):
                name = f"{speaker}_00{k}"
                speech(root / f"clean_{part}_wav" / f"{name}.wav", k, rate=48000)
                x, _ = soundfile.read(root / f"clean_{part}_wav" / f"{name}.wav")
                y = x + 0.02 * np.sin(2 * np.pi * 3000 * np.arange(len(x)) / 48000)
                (root / f"noisy_{part}_wav").mkdir(exist_ok=True)
                soundfile.write(root / f"noisy_{part}_wav" / f"{name}.wav", y, 48000)
                log.append(f"{name} cafe {5 * k}\n")
        (root / f"log_{part}.txt").write_text("".join(log))
    return root


def test_voicebank_demand(voicebank, tmp_path, capsys):
    out = tmp_path / "out"
    main(["prepare", "voicebank-demand", str(voicebank), "-o", str(out)])
    shown = capsys.readouterr().out
    assert (
        f"{out / 'train'}: 4 pairs of 2 speakers" in shown
        and "test: 2 pairs; the whole corpus gives 824" in shown
    )
    no_speaker_twice(out)
    assert {row["speaker"] for row in manifest(out / "valid")} == {"p226", "p287"}
    row = manifest(out / "test")[1]
    assert (row["path"], row["noise"], row["snr_db"]) == ("p232_002.wav", "cafe", "10")
    assert len(load(out / "test" / "clean" / row["path"])) == round(0.4 * RATE)
    assert main_frequency(noise_of(out / "test", row)) == pytest.approx(3000, abs=5)
    items = find_items(
        out / "test" / "clean", [out / "test" / "noisy"], manifest=out / "test" / "manifest.tsv"
    )
    assert [(i.speaker, i.noise, i.snr_db) for i in items] == [("p232", "cafe", 5.0), ("p232", "cafe", 10.0)]


@pytest.fixture(scope="module")
def wsj0(tmp_path_factory):
    """Folders as on the discs, two speakers a set; QUT recordings whose last fifth is another tone, stereo, 48 kHz."""
    root = tmp_path_factory.mktemp("wsj0")
    for part, speakers in (
        ("si_tr_s", ("01a", "01b")),
        ("si_dt_05", ("050", "051")),
        ("si_et_05", ("440", "441")),
    ):
        for speaker in speakers:
            for k in range(3):
                name = f"{speaker}c020{k}"
                speech(root / "wsj0" / "11-1.1" / "wsj0" / part / speaker / f"{name}.wav", k, 0.5)
    for i, place in enumerate(wsj0_qut.RECORDINGS):
        for n in (1, 2):
            first = 400 + 1000 * i + 400 * (n - 1)
            tone(root / "qut" / "QUT-NOISE" / f"{place}-{n}.wav", [first] * 4 + [first + 200], 5.0, 48000, 2)
    return root


def test_wsj0_qut(wsj0, tmp_path):
    out = tmp_path / "out"
    main(
        [
            "prepare",
            "wsj0-qut",
            "--wsj0",
            str(wsj0 / "wsj0"),
            "--qut",
            str(wsj0 / "qut"),
            "-o",
            str(out),
            "--jobs",
            "2",
        ]
    )
    no_speaker_twice(out)
    for split, prefix, number in (("train", "01", 1), ("valid", "05", 1), ("test", "44", 2)):
        rows = manifest(out / split)
        assert (
            len(rows) == 6 and len({row["clean_source"] for row in rows}) == 6
        )  # one noisy version of each sentence
        for row in rows:
            assert row["speaker"].startswith(prefix) and row["noise"].endswith(f"-{number}")
            assert (
                row["path"]
                == f"{row['clean_source'][-12:-4]}_{row['speaker']}_{row['snr_db']}dB_{row['noise']}.wav"
            )
            i = wsj0_qut.RECORDINGS.index(row["noise"][:-2])
            first = 400 + 1000 * i + 400 * (number - 1)
            heard = main_frequency(noise_of(out / split, row))
            if split == "test":
                assert heard == pytest.approx(first, abs=10) or heard == pytest.approx(first + 200, abs=10)
            else:  # what is validated with was never trained with
                assert heard == pytest.approx(first + 200 * (split == "valid"), abs=10)


def test_mixtures_have_their_snr(wsj0, tmp_path):
    """−5, 0 and 5 dB of active speech level over noise level, measured on the 16-bit files."""
    pairs = wsj0_qut.plan(wsj0 / "wsj0", wsj0 / "qut", versions=3)
    make(pairs, tmp_path / "out", {})
    rows = [
        (split, row) for split in ("train", "valid", "test") for row in manifest(tmp_path / "out" / split)
    ]
    for split, row in rows:
        n, x = noise_of(tmp_path / "out" / split, row), load(tmp_path / "out" / split / "clean" / row["path"])
        assert 20 * np.log10(active_rms(x, RATE) / rms(n)) == pytest.approx(float(row["snr_db"]), abs=0.02)
    assert set(Counter(row["snr_db"] for _, row in rows)) == {"-5", "0", "5"} and len(rows) == 54


@pytest.fixture(scope="module")
def ntcd(tmp_path_factory):
    """Seven volunteers of six sentences; the noisy files are the clean ones with one tone for each noise."""
    root = tmp_path_factory.mktemp("ntcd")
    for speaker in (f"0{k}M" for k in range(1, 8)):
        for s in range(6):
            place = f"volunteers/{speaker}/straightcam/si{s}.wav"
            speech(root / "Clean" / place, s, 0.1)
            x, _ = soundfile.read(root / "Clean" / place)
            for i, noise in enumerate(ntcd_timit.NOISES):
                for snr in (-5, 0, 5, 10):
                    path = root / noise / str(snr) / place
                    path.parent.mkdir(parents=True, exist_ok=True)
                    tone_of_noise = np.sin(2 * np.pi * 1000 * (i + 1) * np.arange(len(x)) / RATE)
                    soundfile.write(path, x + 0.02 * tone_of_noise, RATE)
    return root


def test_ntcd_timit(ntcd, tmp_path):
    out = tmp_path / "out"
    main(["prepare", "ntcd-timit", str(ntcd), "-o", str(out), "--versions", "2"])
    no_speaker_twice(out)
    test = manifest(out / "test")
    speakers = {row["speaker"] for row in test}
    assert Counter((row["noise"], row["snr_db"]) for row in test) == {
        (noise, snr): 5 * len(speakers) for noise in ntcd_timit.NOISES for snr in ("-5", "0", "5")
    }
    train = manifest(out / "train")
    sentences = Counter(row["clean_source"] for row in train)
    assert set(sentences.values()) == {2} and len(sentences) == 6 * len({row["speaker"] for row in train})
    for row in test[::17]:
        wanted = 1000 * (ntcd_timit.NOISES.index(row["noise"]) + 1)
        assert main_frequency(noise_of(out / "test", row)) == pytest.approx(wanted, abs=30)
        assert f"/{row['noise']}/{row['snr_db']}/" in row["noise_source"]


def test_ntcd_timit_takes_the_split_of_the_corpus_or_the_one_asked_for(ntcd):
    def speakers(pairs, split):
        return {pair.speaker for pair in pairs if pair.split == split}

    drawn = [speakers(ntcd_timit.plan(ntcd, seed=seed), "test") for seed in range(6)]
    assert len(set(map(frozenset, drawn))) > 1
    asked = ntcd_timit.plan(ntcd, test_speakers=["03M"], valid_speakers=["05M"])
    assert (speakers(asked, "test"), speakers(asked, "valid")) == ({"03M"}, {"05M"})
    official = {"train": ("01M", "02M", "03M", "04M"), "dev": ("05M",), "test": ("06M", "07M")}
    folders = [ntcd / "matlab_raw" / split / s for split, names in official.items() for s in names]
    for folder in folders:
        folder.mkdir(parents=True)
    try:
        pairs = ntcd_timit.plan(ntcd)
    finally:
        for folder in folders:
            folder.rmdir()
    assert {split: speakers(pairs, split) for split in ("train", "valid", "test")} == {
        "train": {"01M", "02M", "03M", "04M"}, "valid": {"05M"}, "test": {"06M", "07M"},
    }  # fmt: skip
    with pytest.raises(ValueError, match="speaker 99M is not there"):
        ntcd_timit.plan(ntcd, test_speakers=["99M"])


# --- one's own recordings ---


@pytest.fixture(scope="module")
def own_audio(tmp_path_factory):
    """speech/: five speakers of two files; noise/: four files in two folders, one of them short."""
    root = tmp_path_factory.mktemp("own")
    for s in range(5):
        for k in range(2):
            speech(root / "speech" / f"s{s}" / f"{k}.wav", 10 * s + k)
    for k, name in enumerate(("rain/a", "rain/b", "traffic/c", "traffic/d")):
        tone(root / "noise" / f"{name}.wav", [1000 + 500 * k], 0.15 if k == 0 else 1.0)
    return root


def test_mix_shares_no_speaker_and_no_noise_file(own_audio, tmp_path):
    out = tmp_path / "out"
    arguments = [
        "--speech",
        str(own_audio / "speech"),
        "--noise",
        str(own_audio / "noise"),
        "--snrs",
        "-5",
        "20",
    ]
    main(["prepare", "mix", *arguments, "-o", str(out), "--versions", "2", "--format", "flac"])
    no_speaker_twice(out)
    rows = {split: manifest(out / split) for split in ("train", "valid", "test")}
    noises = [{row["noise_source"] for row in rows[split]} for split in rows]
    assert sum(map(len, noises)) == len(set.union(*noises)) <= 4
    everything = [row for part in rows.values() for row in part]
    assert {row["noise"] for row in everything} <= {"rain", "traffic"} and len(everything) == 20
    assert {row["snr_db"] for row in everything} == {"-5", "20"}
    assert all(row["path"].endswith(".flac") for row in everything)


def test_few_noise_files_are_split_in_time(own_audio, tmp_path):
    tone(tmp_path / "noise" / "one.wav", [500] * 8 + [2000, 4000], 20.0)
    pairs = own.plan_mix(own_audio / "speech", tmp_path / "noise", snrs=[0.0])
    make(pairs, tmp_path / "out", {})
    for split, wanted in (("train", 500), ("valid", 2000), ("test", 4000)):
        for row in manifest(tmp_path / "out" / split):
            assert main_frequency(noise_of(tmp_path / "out" / split, row)) == pytest.approx(wanted, abs=10)


@pytest.fixture(scope="module")
def pairs_folder(tmp_path_factory):
    root = tmp_path_factory.mktemp("pairs")
    for s in range(4):
        for k in range(2):
            for kind, gain in (("clean", 1.0), ("noisy", 1.2)):
                speech(root / kind / f"u{k}_sp{s}_{5 * k}dB_Cafe.wav", k, gain=gain, rate=8000)
    return root


def test_folders(pairs_folder, tmp_path):
    out = tmp_path / "out"
    main(["prepare", "folders", str(pairs_folder), "-o", str(out), "--speaker-pattern", r"_(sp\d)_"])
    no_speaker_twice(out)
    rows = manifest(out / "train") + manifest(out / "valid") + manifest(out / "test")
    assert len(rows) == 8 and {(row["noise"], row["snr_db"]) for row in rows} == {
        ("Cafe", "0"),
        ("Cafe", "5"),
    }
    # made again from what was made: a tree that is split already stays split as it is
    again = own.plan_folders(out, speaker_pattern=r"_(sp\d)_")
    assert Counter(pair.split for pair in again) == Counter({"train": 4, "valid": 2, "test": 2})


# --- what is made stays as it is ---


def planned(own_audio, seed=0):
    return own.plan_mix(own_audio / "speech", own_audio / "noise", seed=seed)


def test_a_seed_fixes_every_byte(own_audio, tmp_path):
    for name, seed, jobs in (("a", 0, 1), ("b", 0, 3), ("c", 1, 1)):
        make(planned(own_audio, seed), tmp_path / name, {}, seed=seed, jobs=jobs)
    a, b, c = (snapshot(tmp_path / name) for name in "abc")
    assert a == b
    assert a.keys() != c.keys()


def test_a_new_file_changes_no_mixture_of_its_split(own_audio, tmp_path):
    """Decisions depend on the seed and the sentence, not on how many sentences there are."""
    noises = [
        Noise(own_audio / "noise" / "traffic" / "c.wav", "c"),
        Noise(own_audio / "noise" / "rain" / "b.wav", "b"),
    ]
    utterances = [(f"u{k}", "s", own_audio / "speech" / "s0" / "0.wav") for k in range(9)]
    from trainer.data.recipes.plan import mixtures

    few, more = (mixtures("train", utterances[:n], noises, [-5, 0, 5], 2, 0) for n in (6, 9))
    assert more[:12] == few and len(more) == 18
    assert len({pair.name for pair in more}) == 18


def test_an_interrupted_run_goes_on(own_audio, tmp_path, monkeypatch):
    pairs = planned(own_audio)
    make(pairs, tmp_path / "whole", {"o": 1})
    calls = []
    render = make_module.render

    def failing(pair, *rest):
        calls.append(pair.name)
        if len(calls) == 4:
            raise OSError("no space left")
        return render(pair, *rest)

    monkeypatch.setattr(make_module, "render", failing)
    with pytest.raises(OSError, match="no space"):
        make(pairs, tmp_path / "out", {"o": 1})
    assert not list((tmp_path / "out").rglob("manifest.tsv"))  # not finished, and it does not look finished
    first = {p: p.stat().st_mtime_ns for p in (tmp_path / "out").rglob("*.wav")}
    assert len(first) == 6
    del calls[:4]
    calls += ["-"] * 10
    make(pairs, tmp_path / "out", {"o": 1})
    assert len(calls) == 10 + len(pairs) - 3  # what was made is not made again
    assert {p: p.stat().st_mtime_ns for p in first} == first
    assert snapshot(tmp_path / "out") == snapshot(tmp_path / "whole")
    calls.clear()
    make(pairs, tmp_path / "out", {"o": 1})
    assert not calls


def test_a_half_written_note_and_a_lost_file_are_made_again(own_audio, tmp_path):
    pairs = planned(own_audio)
    make(pairs, tmp_path / "out", {})
    before = snapshot(tmp_path / "out")
    folder = tmp_path / "out" / "train"
    victim = sorted((folder / "noisy").iterdir())[0]
    victim.unlink()
    (folder / make_module.JOURNAL).write_text('{"path": "hal')
    make(pairs, tmp_path / "out", {})
    assert snapshot(tmp_path / "out") == before


def test_a_failed_write_leaves_nothing_behind(tmp_path, monkeypatch):
    target = tmp_path / "a.wav"
    target.write_bytes(b"before")

    def half(path, *rest, **more):
        path.write_bytes(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(soundfile, "write", half)
    with pytest.raises(OSError, match="disk full"):
        make_module.write_audio(target, np.zeros(10), RATE)
    assert [p.name for p in tmp_path.iterdir()] == ["a.wav"] and target.read_bytes() == b"before"


def test_folders_of_others_are_left_alone(own_audio, tmp_path):
    pairs = planned(own_audio)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("x")
    with pytest.raises(ValueError, match="was not made by `trainer prepare`"):
        make(pairs, tmp_path / "mine", {})
    assert snapshot(tmp_path / "mine") == {"thesis.txt": b"x"}
    make(pairs, tmp_path / "out", {"snrs": [0]})
    before = snapshot(tmp_path / "out")
    with pytest.raises(ValueError, match=r"made with snrs = \[0\], not \[5\]"):
        make(pairs, tmp_path / "out", {"snrs": [5]})
    with pytest.raises(ValueError, match="made with seed = 0, not 3"):
        make(pairs, tmp_path / "out", {"snrs": [0]}, seed=3)
    assert snapshot(tmp_path / "out") == before
    stranger = tmp_path / "out" / "train" / "clean" / "stranger.wav"
    stranger.write_bytes(b"x")
    with pytest.raises(ValueError, match=r"1 files that this recipe does not make, such as stranger\.wav"):
        make(pairs, tmp_path / "out", {"snrs": [0]})


# --- rendering ---


def test_loud_mixtures_are_turned_down_together(tmp_path):
    speech(tmp_path / "x.wav", 1, gain=5.0)
    tone(tmp_path / "n.wav", [1000])
    pair = Pair("train", "a", "s", tmp_path / "x.wav", None, Noise(tmp_path / "n.wav", "n"), "n", -20.0)
    make([pair], tmp_path / "out", {})
    row = manifest(tmp_path / "out" / "train")[0]
    assert float(row["gain_db"]) < -1
    assert 0.99 < np.abs(load(tmp_path / "out" / "train" / "noisy" / "a.wav")).max() < 1
    x, before = load(tmp_path / "out" / "train" / "clean" / "a.wav"), load(tmp_path / "x.wav")
    assert x == pytest.approx(before * 10 ** (float(row["gain_db"]) / 20), abs=1e-3)


@pytest.mark.parametrize("length", [5, 100, 999])
def test_a_short_noise_is_repeated_without_gaps(length):
    rng = np.random.default_rng(0)
    noise = rng.standard_normal(length).astype(np.float32)
    long = repeated(noise, 5000, 160)
    assert len(long) == 5000 and np.array_equal(long[: length // 2], noise[: length // 2])
    steady = repeated(np.sin(2 * np.pi * 0.01 * np.arange(1000)).astype(np.float32), 8000, 160)
    assert np.abs(np.diff(steady)).max() < 2 * np.abs(np.diff(steady[:800])).max()  # no clicks
    if length > 500:  # uncorrelated noise keeps its power through the cross-fades
        assert np.std(long) == pytest.approx(np.std(noise), rel=0.1)


@pytest.mark.parametrize(
    ("case", "message"),
    [
        ("silent speech", "is silent: no SNR can be set"),
        ("silent noise", "is silent wherever it was tried"),
        ("no audio", "cannot read"),
        ("compressed sphere", "sph2pipe"),
        ("not a pair", r"lasts 0\.400 s but .* 0\.800 s: they are no pair"),
        ("same name", "two examples of train have the name A"),
        ("same speaker", "the speaker s would be in both train and test"),
    ],
)
def test_what_cannot_be_made_is_told(tmp_path, case, message):
    speech(tmp_path / "x.wav", 1)
    tone(tmp_path / "n.wav", [1000])
    speech(tmp_path / "long.wav", 1, seconds=0.8)
    soundfile.write(tmp_path / "zero.wav", np.zeros(8000), RATE)
    for name in ("bad.wav", "bad.wv1"):
        (tmp_path / name).write_bytes(b"NIST_1A nonsense")
    x, n = tmp_path / "x.wav", Noise(tmp_path / "n.wav", "n")
    zero = Noise(tmp_path / "zero.wav", "n")
    pairs = {
        "silent speech": [Pair("train", "a", "s", zero.file, None, n, "n", 0.0)],
        "silent noise": [Pair("train", "a", "s", x, None, zero, "n", 0.0)],
        "no audio": [Pair("train", "a", "s", tmp_path / "bad.wav", None, n, "n", 0.0)],
        "compressed sphere": [Pair("train", "a", "s", tmp_path / "bad.wv1", None, n, "n", 0.0)],
        "not a pair": [Pair("train", "a", "s", x, tmp_path / "long.wav")],
        "same name": [Pair("train", name, "s", x, x) for name in ("a", "A")],
        "same speaker": [Pair(split, "a", "s", x, x) for split in ("train", "test")],
    }[case]
    with pytest.raises(ValueError, match=message):
        make(pairs, tmp_path / "out", {})
    assert not list((tmp_path / "out").rglob("*.wav"))


# --- wrong layouts ---


def test_wrong_layouts_are_told_with_what_was_found(tmp_path, voicebank, wsj0, ntcd, own_audio):
    for k in range(3):
        speech(tmp_path / "some" / f"{k}.wav", k)
    some = tmp_path / "some"
    cases = [
        (
            lambda: voicebank_demand.plan(some),
            "a folder clean_trainset_28spk_wav .* found 0 of it, among 3 audio files",
        ),
        (lambda: voicebank_demand.plan(voicebank, 56), "clean_trainset_56spk_wav"),
        (
            lambda: voicebank_demand.plan(voicebank, 28, ["p999"]),
            "p999 is not in the training set, which has p226",
        ),
        (
            lambda: wsj0_qut.plan(some, some),
            r"si_tr_s, si_dt_05, si_et_05 .* among 3 audio files \(si_tr_s 0",
        ),
        (
            lambda: wsj0_qut.plan(wsj0 / "wsj0", some),
            r"8 recordings of QUT-NOISE .* found 0, among 3 .* STREET-KG-2",
        ),
        (lambda: ntcd_timit.plan(some), "found 0 clean and 0 noisy among 3 audio files, none for Clean"),
        (lambda: ntcd_timit.plan(ntcd, snrs=[-5, 15]), "none for Babble/15"),
        (lambda: own.plan_folders(some), "looked for clean/ and noisy/ .* holds 3 audio files"),
        (lambda: own.plan_mix(some, own_audio / "noise", speaker_pattern="x"), "'x' finds no group in 0.wav"),
        (lambda: own.plan_mix(tmp_path / "nowhere", some), "nowhere is not a folder"),
    ]
    for plan, message in cases:
        with pytest.raises(LayoutError, match=message):
            plan()
    (tmp_path / "empty").mkdir()
    with pytest.raises(LayoutError, match="looked for noise below .* and found 0 audio files"):
        own.plan_mix(own_audio / "speech", tmp_path / "empty")
    speech(tmp_path / "p" / "clean" / "a.wav", 1)
    speech(tmp_path / "p" / "noisy" / "b.wav", 1)
    with pytest.raises(LayoutError, match="1 audio files and .* 1; .* but 2 are in one only: a, b"):
        own.plan_folders(tmp_path / "p")


def test_groups_are_split_by_shares():
    groups = [f"g{k}" for k in range(40)]
    split_of = split_groups(groups, (0.1, 0.25), 0, "speakers")
    assert Counter(split_of.values()) == {"train": 26, "valid": 4, "test": 10}
    assert split_groups(reversed(groups), (0.1, 0.25), 0, "speakers") == split_of
    assert split_groups(groups, (0.1, 0.25), 1, "speakers") != split_of
    assert set(split_groups(groups, (0.0, 0.0), 0, "speakers").values()) == {"train"}
    with pytest.raises(LayoutError, match=r"2 speakers \(a, b\) cannot be split in 3 parts"):
        split_groups(["b", "a"], (0.1, 0.1), 0, "speakers")
    with pytest.raises(ValueError, match="shares"):
        split_groups(groups, (0.5, 0.5), 0, "speakers")


def test_the_command_tells_in_one_sentence(tmp_path, capsys):
    with pytest.raises(SystemExit) as end:
        main(["prepare", "folders", str(tmp_path), "-o", str(tmp_path / "out")])
    message = capsys.readouterr().err
    assert (
        end.value.code == 1
        and message.startswith("trainer: folders: looked for")
        and message.count("\n") == 1
    )
    assert not (tmp_path / "out").exists()
    with pytest.raises(SystemExit) as end:
        main(["prepare", "librispeech"])
    assert end.value.code == 2 and "wsj0-qut" in capsys.readouterr().err


def test_the_recipe_is_noted(pairs_folder, tmp_path):
    main(
        ["prepare", "folders", str(pairs_folder), "-o", str(tmp_path / "o"), "--speaker-pattern", r"_(sp\d)_"]
    )
    note = json.loads((tmp_path / "o" / "recipe.json").read_text())
    assert note["recipe"] == "folders" and note["root"] == str(pairs_folder) and note["seed"] == 0
    assert note["sample_rate"] == RATE
