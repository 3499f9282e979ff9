"""Scripts/install: what it puts where, and what it leaves alone. The program is a stand-in."""

import pathlib
import subprocess
import tempfile
import unittest

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

    def install(self):
        return subprocess.run(
            [ROOT / "Scripts/install", self.prefix, "--program", self.program],
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
            "bin/ganglion-figures",
            "share/ganglion/Jobs/common.sh",
            "share/ganglion/Scripts/plots/__main__.py",
            "share/bash-completion/completions/ganglion",
            "share/zsh/site-functions/_ganglion",
            "share/fish/vendor_completions.d/ganglion.fish",
            "share/man/man1/ganglion.1",
        }
        self.assertLessEqual(expected, before.keys())
        self.assertEqual(self.install().returncode, 0)
        self.assertEqual(self.contents(), before)

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


if __name__ == "__main__":
    unittest.main()
