"""Scripts/install: what it puts where, and what it leaves alone. The program is a stand-in."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

from test_report import PROGRAM

ROOT = pathlib.Path(__file__).resolve().parents[2]


class InstallTests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.prefix = self.folder / "a prefix"
        self.program = self.folder / "program"
        self.write_program("1")

    def write_program(self, version):
        # What the man pages are made of.
        description = '{"command": {"commandName": "ganglion", "discussion": "Does it."}}'
        self.program.write_text(
            f"#!/bin/sh\n[ $1 = --experimental-dump-help ] && echo '{description}' && exit\n"
            f"echo stand-in {version}\n")
        self.program.chmod(0o755)

    def install(self, program=None):
        return subprocess.run(
            [ROOT / "Scripts/install", self.prefix, "--program", program or self.program],
            cwd=self.folder,
            capture_output=True,
            text=True,
        )

    def contents(self):
        files = (path for path in self.prefix.rglob("*") if path.is_file())
        return {str(path.relative_to(self.prefix)): path.read_bytes() for path in files}

    def test_installs_and_installs_again(self):
        first = self.install()
        self.assertEqual(first.returncode, 0, first.stderr)
        before = self.contents()
        expected = {
            "bin/ganglion",
            "bin/ganglion-examples",
            "bin/ganglion-expand-weights",
            "bin/ganglion-figures",
            "share/ganglion/Jobs/common.sh",
            "share/ganglion/Scripts/documentation/examples.py",
            "share/ganglion/Scripts/ganglion-python/pyproject.toml",
            "share/ganglion/Scripts/ganglion-python/ganglion/live.py",
            "share/ganglion/Scripts/plots/__main__.py",
            "share/ganglion/Scripts/rig/send_frames.py",
            "share/ganglion/Scripts/rig/send_frames.m",
            "share/bash-completion/completions/ganglion",
            "share/zsh/site-functions/_ganglion",
            "share/fish/vendor_completions.d/ganglion.fish",
            "share/man/man1/ganglion.1",
        }
        self.assertLessEqual(expected, before.keys())
        self.assertEqual(self.install().returncode, 0)
        self.assertEqual(self.contents(), before)

    def test_how_it_builds(self):
        """Modules name compilers that do not know the flags, and folders that the program must find."""
        swift = self.folder / "bin/swift"
        swift.parent.mkdir()
        swift.write_text('#!/bin/sh\nprintf "%s\\n" "${CC-none}" "$@" >"$0.called"\nexit 3\n')
        swift.chmod(0o755)
        for given, rpaths in (({}, []), ({"GANGLION_RPATH": "/a/lib:/b/lib64"}, ["/a/lib", "/b/lib64"])):
            with self.subTest(given=given):
                called = subprocess.run(
                    [ROOT / "Scripts/install", self.prefix], capture_output=True, text=True, check=False,
                    env=os.environ | {"PATH": f"{swift.parent}:{os.environ['PATH']}", "CC": "gcc"} | given)
                words = pathlib.Path(f"{swift}.called").read_text().splitlines()
                self.assertEqual(called.returncode, 3, called.stderr)
                self.assertEqual(words[:2], ["none", "build"])
                self.assertEqual([w for w in words if "rpath" in w], [f"-Xlinker=-rpath={f}" for f in rpaths])

    def test_examples_are_written(self):
        """By the Python that is given, as an installation without a network does."""
        self.install()
        target = self.folder / "recordings"
        python = self.environment({"GANGLION_PYTHON": sys.executable})
        written = subprocess.run([self.prefix / "bin/ganglion-examples", target], env=python, check=False,
                                 capture_output=True, text=True)
        self.assertEqual(written.returncode, 0, written.stderr)
        self.assertTrue((target / "recording.h5").exists())

    def environment(self, changes):
        cache = {"XDG_CACHE_HOME": str(self.folder / "cache")}
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GANGLION_PYTHON")}
        return {**kept, **cache, **changes}

    def test_figures_without_a_network(self):
        """Says what is needed, and leaves no half an environment."""
        self.install()
        old = self.folder / "bin/python3"
        old.parent.mkdir()
        old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.9.2 && exit\nexit 1\n')
        old.chmod(0o755)
        for changes, says in (
                ({"PATH": f"{old.parent}:{os.environ['PATH']}"},
                 "python3 is Python 3.9.2; h5py matplotlib numpy are installed for 3.11 or newer"),
                ({"PIP_INDEX_URL": "http://127.0.0.1:9", "PIP_RETRIES": "0"},
                 "could not install h5py matplotlib numpy: is there a network"),
                ({"GANGLION_PYTHON": "/bin/false"}, "/bin/false, which needs h5py matplotlib numpy")):
            with self.subTest(says=says):
                drawn = subprocess.run(
                    [self.prefix / "bin/ganglion-figures", "model.h5"], cwd=self.folder,
                    env=self.environment(changes), capture_output=True, text=True, check=False)
                self.assertEqual(drawn.returncode, 69, drawn.stderr)
                self.assertIn(says, drawn.stderr)
                self.assertEqual(list(self.folder.glob("cache/ganglion/*/*")), [])

    def test_puts_a_new_version_in_place_of_its_own(self):
        self.install()
        self.write_program("2")
        self.assertEqual(self.install().returncode, 0)
        self.assertIn(b"stand-in 2", self.contents()["bin/ganglion"])

    def test_leaves_a_file_of_others_and_installs_nothing(self):
        (self.prefix / "bin").mkdir(parents=True)
        (self.prefix / "bin/ganglion").write_text("mine")
        refused = self.install()
        self.assertEqual(refused.returncode, 73)
        self.assertIn(str(self.prefix / "bin/ganglion"), refused.stderr)
        self.assertEqual(self.contents(), {"bin/ganglion": b"mine"})

    def test_leaves_a_file_that_was_adapted(self):
        self.install()
        adapted = self.prefix / "share/ganglion/Jobs/fit-recording.sbatch"
        adapted.write_text("adapted")
        self.assertEqual(self.install().returncode, 73)
        self.assertEqual(adapted.read_text(), "adapted")

    def test_its_programs_find_what_comes_with_them(self):
        """Job files of an installation, of a checkout, and of an unpacked archive that was built."""
        if not PROGRAM.exists():
            self.skipTest("no .build/release/ganglion")
        self.assertEqual(self.install(PROGRAM).returncode, 0)
        archive = self.folder / "archive"
        for name in ("Jobs", "Scripts"):
            shutil.copytree(ROOT / name, archive / name, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "Package.swift", archive)
        built = archive / ".build/x86_64-unknown-linux-gnu/release/ganglion"
        alone = self.folder / "alone/ganglion"
        for program in (built, alone):
            program.parent.mkdir(parents=True)
            shutil.copy(PROGRAM, program)
        (archive / ".build/release").symlink_to(built.parent)
        linked = self.folder / "linked"
        linked.symlink_to(self.prefix / "bin/ganglion")
        empty = self.folder / "empty"
        for program, jobs in ((self.prefix / "bin/ganglion", self.prefix / "share/ganglion/Jobs"),
                              (linked, self.prefix / "share/ganglion/Jobs"), (PROGRAM, ROOT / "Jobs"),
                              (archive / ".build/release/ganglion", archive / "Jobs"), (alone, None)):
            with self.subTest(program=program):
                empty.mkdir()
                result = self.plan(program, empty)
                if jobs:
                    self.assertEqual(result.returncode, 0, result.stderr)
                    self.assertIn(f"{jobs}", (empty / "job.sbatch").read_text())
                else:
                    self.assertEqual(result.returncode, 66)
                    self.assertIn("no Jobs/fit-recording.sbatch in this folder", result.stderr)
                shutil.rmtree(empty)
        # What a user has adapted in the current folder comes first.
        shutil.copytree(ROOT / "Jobs", empty / "Jobs")
        self.assertEqual(self.plan(linked, empty).returncode, 0)
        self.assertIn(f"{empty}/Jobs", (empty / "job.sbatch").read_text())

    def plan(self, program, folder):
        return subprocess.run(
            [program, "plan", "fit", "--neurons", "10", "--frames", "100", "--recording", "a.h5", "--nodes",
             "1", "--ranks-per-node", "1", "--threads", "1", "--sbatch", "job.sbatch"],
            cwd=folder, capture_output=True, text=True, check=False)


if __name__ == "__main__":
    unittest.main()
