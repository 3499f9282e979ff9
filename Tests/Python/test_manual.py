"""Man pages: what roff makes of them, and that they have all that --help has."""
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
SCRIPT = CHECKOUT / "Scripts" / "documentation" / "manual.py"
PROGRAM = Path(os.environ.get("GANGLION_PROGRAM", CHECKOUT / ".build" / "release" / "ganglion"))


def written(program, folder):
    subprocess.run([sys.executable, "-B", SCRIPT, program, folder], check=True)
    return {path.stem: path.read_text() for path in Path(folder).iterdir()}


def shown(page):
    """A page as `man` shows it, without its dots and quotes of roff."""
    return subprocess.run(
        ["man", "--local-file", "--warnings=w", "-"], input=page, capture_output=True, text=True,
        env={**os.environ, "MANWIDTH": "1000", "LC_ALL": "C.UTF-8"})


class ManualTests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def stand_in(self, command):
        program = self.folder / "program"
        program.write_text(
            f"#!/bin/sh\ncat <<'END'\n{json.dumps({'command': command})}\nEND\n")
        program.chmod(0o755)
        return written(program, self.folder / "man")

    def test_what_roff_would_take_for_its_own(self):
        page = self.stand_in({
            "commandName": "tool", "abstract": "Does it.", "discussion":
            ".starts with a dot\n'and a quote, a back\\slash and gain²\n\nExamples:\n"
            "  tool --x 1 \\\n    --y 2\n  tool", "arguments": [{
                "kind": "option", "names": [{"kind": "long", "name": "x"}], "valueName": "x",
                "abstract": "-1 or more.", "isOptional": True, "isRepeating": False,
                "shouldDisplay": True, "allValues": ["a", "b"], "defaultValue": "a"}],
            "subcommands": [{"commandName": "help"}],
        })["tool"]
        result = shown(page)
        if result.returncode != 0:
            self.skipTest("no man here")
        self.assertEqual(result.stderr, "")
        for text in (".starts with a dot 'and a quote, a back\\slash and gain²", "EXAMPLES",
                     "--x x", "-1 or more. (values: a, b; default: a)", "tool --x 1 \\\n",
                     "  --y 2\n"):
            self.assertIn(text, result.stdout)

    def test_pages_have_what_help_has(self):
        if not PROGRAM.exists():
            self.skipTest(f"no program at {PROGRAM}")
        pages = written(PROGRAM, self.folder / "man")
        self.assertIn("ganglion-generate-chaotic", pages)
        for name, page in pages.items():
            text = page.replace("\\-", "-").replace("\\e", "\\")
            words = name.split("-")[1:]
            # Names of commands have dashes themselves.
            words = ["generate", "-".join(words[1:])] if words[:1] == ["generate"] else words
            words = [word for word in words if word]
            help_page = subprocess.run(
                [PROGRAM, *words, "--help"], capture_output=True, text=True, check=True).stdout
            with self.subTest(page=name):
                flags = set(re.findall(r"^  (?:-o, )?(--[a-z-]+)", help_page, re.MULTILINE))
                flags -= {"--version", "--help"}
                for flag in flags:
                    self.assertTrue(f"{flag}\\fR" in text, flag)
                self.assertTrue(".SH EXAMPLES" in page, "no examples")


if __name__ == "__main__":
    unittest.main()
