"""Files that commands read through others, and a run's files given to other commands."""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

import h5py
import numpy as np
from inputs import fuzz_files
from test_report import PROGRAM

TRIES = 25
FIT = ["--alpha", "0.3", "--lambda", "0.1", "--time-axis", "0"]


@unittest.skipUnless(PROGRAM.exists(), "no .build/release/ganglion")
class Files(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.folder = Path(place.name)

    def run_program(self, *words):
        return subprocess.run([PROGRAM, *words], cwd=self.folder, capture_output=True, text=True,
                              timeout=120, check=False)

    def traces(self, scale=1.0):
        t = np.arange(80)[:, None]
        return scale * 0.5 * np.sin(0.2 * t * (1 + 0.3 * np.arange(5)) + np.arange(5))

    def expect(self, code, text, *words):
        result = self.run_program(*words)
        self.assertEqual(result.returncode, code, result)
        self.assertEqual(result.stderr.count("ganglion: error:"), 1, result)
        self.assertIn(text, result.stderr)

    def test_nothing_is_lost(self):
        self.assertEqual(fuzz_files.explore(str(PROGRAM), seed=7, tries=TRIES), [])

    def test_sources_of_a_recording_are_kept(self):
        """What a link or a virtual dataset leads to is read, and so not replaced."""
        subprocess.run([PROGRAM, "generate", "chaotic", "--neurons", "5", "--frames", "80", "-o",
                        "g.h5"], cwd=self.folder, check=True, capture_output=True)
        with h5py.File(self.folder / "linked.h5", "w") as file:
            file["group/traces"] = h5py.ExternalLink("sub/next.h5", "/traces")
        os.mkdir(self.folder / "sub")
        with h5py.File(self.folder / "sub/next.h5", "w") as file:
            file["traces"] = h5py.ExternalLink("../model.h5", "/W")
        layout = h5py.VirtualLayout(shape=(5, 5), dtype="f4")
        layout[:] = h5py.VirtualSource("model.h5", "W", shape=(5, 5))
        with h5py.File(self.folder / "virtual.h5", "w") as file:
            file.create_virtual_dataset("traces", layout)
        made = self.run_program("fit", "g.h5", "-o", "model.h5", *FIT)
        self.assertEqual(made.returncode, 0, made)
        before = (self.folder / "model.h5").read_bytes()
        for recording in ["linked.h5", "virtual.h5"]:
            self.expect(64, "which is read for " + recording, "fit", recording, "-o", "model.h5",
                        *FIT)
        self.assertEqual((self.folder / "model.h5").read_bytes(), before)

    def resumed(self, change, name, *flags, recording="one.h5"):
        """Stops a fit at a checkpoint, changes a file, and expects the same command to tell."""
        words = ["fit", recording, "-o", "model.h5", *FIT, *flags, "--checkpoint", "ck"]
        self.assertEqual(self.run_program(*words, "--max-time", "1e-9").returncode, 75)
        change()
        self.expect(78, name, *words)
        (self.folder / "ck").unlink()

    def test_what_is_read_belongs_to_a_run(self):
        """The content of masks, signs, regions, neuropil and linked files."""
        def write(name, **datasets):
            with h5py.File(self.folder / name, "w") as file:
                for key, value in datasets.items():
                    file[key] = value

        mask = np.ones((5, 5))
        other = mask.copy()
        other[0, 1] = 0
        write("one.h5", traces=self.traces(), neuropil=0.1 * self.traces())
        write("k.h5", m=mask, s=np.ones(5), r=np.array([b"a"] * 5))
        self.resumed(lambda: write("k.h5", m=other), "content of the mask", "--mask", "k.h5:/m",
                     "--traces", "/traces")
        write("k.h5", s=np.ones(5))
        self.resumed(lambda: write("k.h5", s=-np.ones(5)), "content of the signs", "--signs",
                     "k.h5:/s", "--traces", "/traces")
        write("k.h5", r=np.array([b"a"] * 5))
        self.resumed(lambda: write("k.h5", r=np.array([b"a", b"b", b"b", b"b", b"b"])),
                     "content of the regions", "--regions", "k.h5:/r", "--traces", "/traces")
        np.save(self.folder / "one.npy", self.traces())
        np.save(self.folder / "around.npy", self.traces(0.1))
        self.resumed(lambda: np.save(self.folder / "around.npy", self.traces(0.2)),
                     "content of the traces", "--neuropil", "around.npy", recording="one.npy")
        with h5py.File(self.folder / "linked.h5", "w") as file:
            file["traces"] = h5py.ExternalLink("target.h5", "/traces")
        write("target.h5", traces=self.traces())
        self.resumed(lambda: write("target.h5", traces=self.traces(1.1)), "content of the traces",
                     recording="linked.h5")

    def test_targets_belong_to_a_training(self):
        def write(scale):
            with h5py.File(self.folder / "t.h5", "w") as file:
                file["y"] = self.traces(scale)

        write(1)
        words = ["train", "teacher", "--targets", "t.h5:/y", "--steps", "20", "--hidden", "8",
                 "--batch", "2", "--tangents", "4", "--iterations", "4", "-o", "run.h5",
                 "--checkpoint", "ck"]
        self.assertEqual(self.run_program(*words, "--max-time", "1e-9").returncode, 75)
        write(1.1)
        self.expect(78, "content of --targets", *words)
        write(1)
        self.expect(78, "leak was 0.1, is 0.2", *words, "--leak", "0.2")
        self.assertEqual(self.run_program(*words).returncode, 0)


if __name__ == "__main__":
    unittest.main()
