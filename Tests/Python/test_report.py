"""`ganglion report` in a real browser, and the files that Python users open.

GANGLION_REPORT_PICTURES=FOLDER keeps a picture of each page at each width.
"""
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

import browser
import h5py
import numpy as np

PROGRAM = Path(
    os.environ.get("GANGLION", Path(__file__).parents[2] / ".build" / "release" / "ganglion"))

# What sticks out to the right of the page, but for what scrolls by itself.
OVERFLOW = """(() => {
  const wide = [];
  for (const e of document.querySelectorAll('body *')) {
    if (e.closest('.scroll') && !e.matches('.scroll')) continue;
    if (e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
      wide.push(e.tagName + '.' + e.className + ': ' + e.textContent.slice(0, 40));
  }
  return wide;
})()"""

# Texts of a chart's axis that lie on each other.
COLLISIONS = """(() => {
  const found = [];
  for (const axis of document.querySelectorAll('.xticks, .yticks')) {
    const boxes = [...axis.children].map(e => [e.textContent, e.getBoundingClientRect()]);
    for (let i = 0; i < boxes.length; i++) for (let j = 0; j < i; j++) {
      const [a, b] = [boxes[i][1], boxes[j][1]];
      if (a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1
          && b.top < a.bottom - 1)
        found.push(axis.className + ': ' + boxes[i][0] + ' / ' + boxes[j][0]);
    }
  }
  return found;
})()"""

MISSING_NAMES = """[...document.querySelectorAll('.chart')].filter(
  e => !(e.getAttribute('aria-label') || '').length).length
  + [...document.images].filter(e => !e.hasAttribute('alt')).length"""


def run(*arguments, ranks=None):
    command = [str(PROGRAM), *map(str, arguments)]
    environment = dict(os.environ)
    if ranks:
        command = ["mpirun", "-n", str(ranks), "--oversubscribe", *command]
        if os.geteuid() == 0:
            environment["OMPI_ALLOW_RUN_AS_ROOT"] = "1"
            environment["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1"
    result = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=120, env=environment)
    if result.returncode:
        raise AssertionError(f"{command}: exit {result.returncode}\n{result.stderr}")
    return result.stdout


@unittest.skipUnless(PROGRAM.exists(), "no .build/release/ganglion")
class Reports(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.place.cleanup)
        folder = cls.folder = Path(cls.place.name)
        run("generate", "chaotic", "--neurons", 40, "--frames", 900, "--inputs", 1,
            "-o", folder / "recording.h5")
        with h5py.File(folder / "regions.h5", "w") as file:
            file["region"] = np.array([b"V1", b"V2 <b>", b"M"] * 13 + [b"M"])
        run("fit", folder / "recording.h5", "-o", folder / "model.h5", "--alpha", "auto",
            "--regions", f"{folder / 'regions.h5'}:region", "--scale", "zscore-tanh", ranks=2)
        run("evaluate", folder / "model.h5", "-o", folder / "scores.h5", "--fixed-points", 8)

    def report(self, name, *arguments, ranks=None):
        page = self.folder / f"{name}.html"
        run("report", *arguments, "-o", page, ranks=ranks)
        return page

    def test_same_page_on_any_number_of_ranks(self):
        arguments = (self.folder / "model.h5", "--scores", self.folder / "scores.h5")
        alone = self.report("alone", *arguments).read_text()
        many = self.report("many", *arguments, ranks=3).read_text()
        self.assertEqual(alone.count("<figure>"), many.count("<figure>"))
        # Numbers are printed to three digits; sums over ranks differ far beyond.
        self.assertEqual(alone[:6000], many[:6000])
        left = sorted(path.name for path in self.folder.iterdir() if path.suffix == ".partial")
        self.assertEqual(left, [])

    @unittest.skipUnless(browser.find(), "no Chromium on this machine")
    def test_pages_in_a_browser(self):
        folder = self.folder
        full = self.report("full", folder / "model.h5", "--scores", folder / "scores.h5")
        # Nothing held out, no recording, only the outer eigenvalues.
        run("fit", folder / "recording.h5", "-o", folder / "bare.h5", "--alpha", "0.1",
            "--lambda", "1e-3", "--holdout", "0")
        os.rename(folder / "recording.h5", folder / "moved.h5")
        try:
            bare = self.report("bare", folder / "bare.h5", "--eigen-limit", 10)
        finally:
            os.rename(folder / "moved.h5", folder / "recording.h5")
        run("train", "flipflop", "--hidden", 16, "--iterations", 8, "--batch", 8, "--tangents", 8,
            "-o", folder / "run.h5")
        train = self.report("train", folder / "run.h5")
        chrome = browser.Browser(folder / "profile")
        self.addCleanup(chrome.close)
        for page, sections, figures in (
            (full, 11, 15), (bare, 10, 5), (train, 4, 2),
        ):
            for width in (1280, 390):
                with self.subTest(page=page.name, width=width):
                    self.look(chrome, page, width, sections, figures)
        self.assertIn("V2 <b>", self.shown(chrome, full))
        for text in ("Median skill", "Error by frames ahead", "Choice of lambda", "All 40",
                     "Power spectrum", "the yardstick", "from 8 starts"):
            self.assertIn(text, self.shown(chrome, full))
        for text in ("No frame was held out", "is not where it was", "were given, not chosen"):
            self.assertIn(text, self.shown(chrome, bare))

    def shown(self, chrome, page):
        chrome.open(page, 1280)
        return chrome.value("document.body.innerText")

    def look(self, chrome, page, width, sections, figures):
        chrome.requests.clear()
        chrome.open(page, width, dark=width == 390)
        self.assertEqual(chrome.complaints, [])
        outside = [url for url in chrome.requests if not url.startswith(("file://", "data:"))]
        self.assertEqual(outside, [])
        self.assertEqual(chrome.value(OVERFLOW), [])
        self.assertEqual(chrome.value(COLLISIONS), [])
        self.assertEqual(chrome.value(MISSING_NAMES), 0)
        self.assertLessEqual(chrome.value("document.documentElement.scrollWidth"), width)
        self.assertEqual(chrome.value("document.querySelectorAll('main section > h2').length"),
                         sections)
        self.assertGreaterEqual(chrome.value("document.querySelectorAll('figure').length"), figures)
        # Markup that was taken for text would show its tags.
        self.assertNotIn("</", chrome.value("document.body.innerText"))
        self.assertNotIn("HTML(", chrome.value("document.body.innerText"))
        pictures = chrome.value("[...document.images].map(e => e.naturalWidth)")
        self.assertTrue(all(pictures))
        keep = os.environ.get("GANGLION_REPORT_PICTURES")
        if keep:
            chrome.picture(f"{keep}/{page.stem}-{width}.png")


if __name__ == "__main__":
    unittest.main()
