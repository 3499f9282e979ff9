"""The user's guide and the README: their commands run, their flags, messages and links are there."""
import concurrent.futures
import re
import sys
import tempfile
import unittest
from pathlib import Path

import package
from test_report import PROGRAM

CHECKOUT = Path(__file__).parents[2]
sys.path.insert(0, str(CHECKOUT / "Scripts" / "documentation"))
import flags  # noqa: E402  (after the path is known)
import guide  # noqa: E402

README = CHECKOUT / "README.md"
PAGES = [*guide.ARTICLES, README]
COLUMNS = 72


@unittest.skipUnless(PROGRAM.exists(), "no .build/release/ganglion")
class CommandTests(unittest.TestCase):
    def run_article(self, article):
        with tempfile.TemporaryDirectory() as folder:
            installed = Path(package.installed().__file__).parents[1]
            complaints = guide.run(article, Path(folder), package=installed)
            drawn = {path.stem for path in Path(folder).rglob("*.svg")}
        return complaints, drawn

    def test_articles_run(self):
        """Two at a time; what an article shows of figures its own commands draw."""
        package.installed()
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            results = pool.map(self.run_article, PAGES)
            for page, (complaints, drawn) in zip(PAGES, results, strict=True):
                with self.subTest(page=page.name):
                    self.assertEqual(complaints, [])
                    self.assertLessEqual(set(guide.pictures(page)), drawn)

    def test_flags_of_cluster_commands(self):
        count = 0
        for page in PAGES:
            for block in guide.blocks(page.read_text()):
                if block.language in ("bash", "shell"):
                    with self.subTest(page=page.name, line=block.line):
                        self.assertEqual(flags.unknown(block.text, PROGRAM), [])
                    count += block.language == "bash"
        self.assertGreater(count, 3)

    def test_flags_in_sentences(self):
        """Every flag that a page names is one of the program, or of what it stands beside."""
        commands = ["inspect", "fit", "animals", "run", "refine", "evaluate", "simulate", "perturb",
                    "report", "export", "train", "follow", "plan", "scaling", "doctor"]
        known = set().union(*(flags.known_flags(PROGRAM, command) for command in commands))
        # Of the program alone, of `generate`, of scripts, and of Slurm.
        known |= {"--cite", "--neurons", "--frames", "--quick", "--fix", "--serve", "--pictures"}
        known |= {"--mem", "--mpi", "--ntasks-per-node", "--cpus-per-task"}
        for page in PAGES:
            for flag in re.findall(r"`[^`\n]*?(--[a-z][\w-]+)", page.read_text()):
                with self.subTest(page=page.name, flag=flag):
                    self.assertTrue(flag in known, "no such flag")


class TextTests(unittest.TestCase):
    def test_messages_are_the_programs(self):
        """Headings of the page on messages: each part between "…" stands in a source."""
        source = " ".join(path.read_text() for path in (CHECKOUT / "Sources").rglob("*.swift"))
        source = re.sub(r'"\s*\+\s*"', "", source)  # strings in parts
        source = re.sub(r"\\\n\s*", "", source)
        text = (guide.CATALOGUE / "Guide" / "Troubleshooting.md").read_text()
        messages = re.findall(r"^\*\*`(.*?)`\*\*$", text, re.MULTILINE)
        self.assertGreater(len(messages), 20)
        for message in messages:
            for part in filter(None, (part.strip() for part in message.split("…"))):
                with self.subTest(message=message):
                    self.assertIn(part, source)

    def test_links_lead_somewhere(self):
        names = {path.stem for path in guide.CATALOGUE.rglob("*.md")}
        for page in [*guide.CATALOGUE.rglob("*.md"), README, package.SOURCE / "README.md"]:
            text = re.sub(r"```.*?```|`[^`]*`", "", page.read_text(), flags=re.DOTALL)
            for name in re.findall(r"<doc:([\w-]+)>", text):
                with self.subTest(page=page.name, link=name):
                    self.assertIn(name, names)
            for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text):
                with self.subTest(page=page.name, link=target):
                    here = (page.parent / target, guide.CATALOGUE / "Resources" / f"{target}.svg")
                    self.assertTrue(target.startswith("https://") or any(path.exists() for path in here))

    def test_blocks_fit_their_box(self):
        """What is wider than a page has columns for is cut off until it is moved aside."""
        for page in guide.ARTICLES:
            for block in guide.blocks(page.read_text()):
                with self.subTest(page=page.name, line=block.line):
                    self.assertLessEqual(max(map(len, block.text.splitlines())), COLUMNS)

    def test_every_article_is_in_the_contents(self):
        contents = (guide.CATALOGUE / "Ganglion.md").read_text()
        for article in guide.CATALOGUE.rglob("*.md"):
            if article.name != "Ganglion.md":
                with self.subTest(article=article.name):
                    self.assertIn(f"<doc:{article.stem}>", contents)

    def test_readme_is_short(self):
        self.assertLess(len(README.read_text().splitlines()), 150)


class RunnerTests(unittest.TestCase):
    """What the runner of the guide takes for the same, and what not."""

    def test_outputs(self):
        printed = "solved 200\nmse / persistence   0.1303\nerror 0.05 of W\n"
        self.assertEqual(guide.unprinted("mse / persistence 0.132", printed), [])
        self.assertEqual(guide.unprinted("solved ...\n...\nerror 0.05 ...", printed), [])
        self.assertEqual(guide.unprinted("mse / persistence 0.15", printed), ["mse / persistence 0.15"])
        self.assertEqual(guide.unprinted("error 0.05 of W\nsolved 200", printed), ["solved 200"])

    def test_numbers_of_pictures_stay(self):
        """Places are rounded, and nothing that is read."""
        drawn = '<g>\n   <text x="1.23456" y="2">0.001</text>\n  <path d="M 0.12345 7"/></g>'
        self.assertEqual(guide.small(drawn),
                         '<g>\n<text x="1.23" y="2">0.001</text>\n<path d="M 0.12 7"/></g>')

    def test_blocks(self):
        found = guide.blocks("a\n```shell\nx\n```\n\n```text\ny\n```\nb\n\n```text\nz\n```\n")
        self.assertEqual([(b.language, b.text, b.line) for b in found],
                         [("shell", "x\n", 2), ("text", "y\n", 6), ("text", "z\n", 11)])

    @unittest.skipUnless(PROGRAM.exists(), "no .build/release/ganglion")
    def test_wrong_flags_are_found(self):
        for line, expected in (
                ("sbatch Jobs/fit-recording.sbatch a.h5 m.h5 --no-flag 1", ["fit has no --no-flag"]),
                ("ganglion nothing x", ["no command nothing"]), ("Scripts/nothing", ["no Scripts/nothing"]),
                ("ganglion scaling s --ranks 1 -- fit a.h5 --lambda 1 --rankz 3", ["fit has no --rankz"]),
                ("mpirun -n 2 ganglion fit a.h5 -o m.h5 --alpha 0.1 | tail -n 3", [])):
            with self.subTest(line=line):
                self.assertEqual(flags.unknown(line, PROGRAM), expected)


if __name__ == "__main__":
    unittest.main()
