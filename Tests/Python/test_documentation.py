"""The developer's articles: what they name exists, and their examples are compiled code."""
import json
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
CATALOGUE = CHECKOUT / "Sources" / "ganglion" / "Documentation.docc"
ARTICLES = sorted(CATALOGUE.rglob("*.md"))


def squeezed(text):
    """Without layout, so that an excerpt may be indented otherwise."""
    return " ".join(text.split())


class DocumentationTests(unittest.TestCase):
    def test_paths_exist(self):
        for article in ARTICLES:
            for path in re.findall(r"`((?:Sources|Tests|Scripts|Jobs)/[\w./+-]+)`", article.read_text()):
                with self.subTest(article=article.name, path=path):
                    self.assertTrue((CHECKOUT / path).exists())

    def test_citation_is_of_this_version(self):
        cited = json.loads((CHECKOUT / ".zenodo.json").read_text())["version"]
        provenance = CHECKOUT / "Sources/Data/Results/Writing/Provenance.swift"
        self.assertIn(f'version = "{cited}"', provenance.read_text())
        self.assertIn(f"## {cited}\n", (CATALOGUE / "Promises" / "Changes.md").read_text())

    def test_swift_examples_are_compiled_code(self):
        code = squeezed(" ".join(
            file.read_text() for folder in ("Sources", "Tests")
            for file in (CHECKOUT / folder).rglob("*.swift")))
        count = 0
        for article in ARTICLES:
            for block in re.findall(r"```swift\n(.*?)```", article.read_text(), re.DOTALL):
                with self.subTest(article=article.name, block=block):
                    self.assertTrue(squeezed(block) in code, "no such code")
                count += 1
        self.assertGreaterEqual(count, 4)

    def test_architecture_names_every_module(self):
        package = json.loads(subprocess.run(
            ["swift", "package", "dump-package"], cwd=CHECKOUT, capture_output=True, check=True,
            text=True).stdout)
        text = (CATALOGUE / "Architecture" / "Architecture.md").read_text()
        for target in package["targets"]:
            name = target["name"]
            if target["type"] not in ("regular", "executable") or target.get("path", "").startswith("Tests/"):
                continue
            if name.endswith(("Shims", "Benchmark")) or name == "CSignals":
                continue  # said in words, or no part of the program
            with self.subTest(module=name):
                self.assertIn(f"`{name}`", text)

    def test_drawing_is_of_these_modules(self):
        drawn = subprocess.run(
            [sys.executable, "-B", CHECKOUT / "Scripts" / "documentation" / "modules.py"],
            capture_output=True, check=True, text=True).stdout
        committed = (CATALOGUE / "Resources" / "modules.svg").read_text()
        self.assertEqual(committed, drawn, "Scripts/docs draws it anew")


class DeclarationTests(unittest.TestCase):
    """What Scripts/documentation/declarations.py finds in a file."""

    def found(self, code):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "Code.swift").write_text(code)
            return subprocess.run(
                [sys.executable, "-B", CHECKOUT / "Scripts/documentation/declarations.py", folder],
                capture_output=True, text=True).stdout.splitlines()

    def test_what_is_missing_is_found(self):
        self.assertIn("Code.swift:1: no docstring", self.found("package func f() {}\n")[0])
        self.assertIn("begins with no sentence", self.found("/// A thing\npackage struct S {\n}\n")[0])
        inside = "/// A thing.\npackage struct S {\n  let a: Int\n\n  package let b: Int\n}\n"
        self.assertIn("Code.swift:5", self.found(inside)[0])

    def test_what_is_said_elsewhere_is_not(self):
        for code in (
                "func f() {}\n",
                "/// The sum.\n@inlinable\npackage func f(\n  _ a: Int\n) {}\n",
                "/// A shape.\npackage struct S {\n  package let rows: Int\n  package let columns: Int\n}\n",
                "/// A thing.\npackage struct S {\n  package let a: Int\n"
                "  package init(a: Int) { self.a = a }\n}\n",
                "/// A thing.\npackage struct S: CustomStringConvertible {\n  let a = 1\n\n"
                '  package var description: String { "s" }\n}\n',
                "/// What can be drawn.\npackage protocol P {\n  /// Draws it.\n  func draw()\n}\n"
                "/// A thing.\npackage struct S: P {\n  let a = 1\n\n  package func draw() {}\n}\n"):
            with self.subTest(code=code):
                self.assertEqual(self.found(code), [])


if __name__ == "__main__":
    unittest.main()
