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

# Words of a page that something cuts or that lie outside what they belong to.
CUT = """(() => {
  const found = [];
  for (const e of document.querySelectorAll('.chart:not(.matrix) span, .chart > div, .tile *, h3')) {
    if (e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflow !== 'visible')
      found.push('cut: ' + e.textContent);
    const figure = e.closest('figure, .tile');
    if (!figure || !e.textContent) continue;
    const [a, b] = [e.getBoundingClientRect(), figure.getBoundingClientRect()];
    if (a.left < b.left - 1 || a.right > b.right + 1) found.push('outside: ' + e.textContent);
  }
  for (const axis of document.querySelectorAll('.chart')) {
    const name = axis.querySelector('.ylabel').getBoundingClientRect();
    for (const e of axis.querySelectorAll('.yticks span'))
      if (e.getBoundingClientRect().left < name.right - 1) found.push('on label: ' + e.textContent);
  }
  return found;
})()"""

# Axes on which two ticks read the same.
ALIKE = """[...document.querySelectorAll('.chart:not(.matrix) .xticks, .chart:not(.matrix) .yticks')]
  .map(axis => [...axis.children].map(e => e.textContent))
  .filter(labels => new Set(labels).size < labels.length || labels.length < 2)"""

# Cells whose numbers or words are broken inside, and tables that reach past their frame.
BROKEN = """(() => {
  const found = [];
  for (const cell of document.querySelectorAll('table.numbers td, table.numbers th')) {
    const range = document.createRange();
    range.selectNodeContents(cell);
    const words = cell.matches('td') ? 1 : cell.textContent.split(' ').length;
    if (range.getClientRects().length > words) found.push(cell.textContent);
  }
  return found;
})()"""
WIDE = """[...document.querySelectorAll('.scroll')].filter(e => e.scrollWidth > e.clientWidth)
  .map(e => e.getAttribute('aria-label'))"""

# The first warning: its distance from the tiles, and from the top of the page.
WARNING = """(() => {
  const box = selector => document.querySelector(selector).getBoundingClientRect();
  return [box('.notices').top - box('.tiles').bottom, box('.notices li').bottom];
})()"""

# Lines and bars that leave the drawing.
BEYOND = """[...document.querySelectorAll('.chart svg path')].filter(e => {
  const box = e.getBBox();
  return e.closest('#skill') && (box.y < -1 || box.y + box.height > 1001);
}).map(e => e.className.baseVal)"""

MISSING_NAMES = """[...document.querySelectorAll('.chart')].filter(
  e => !(e.getAttribute('aria-label') || '').length).length
  + [...document.images].filter(e => !e.hasAttribute('alt')).length"""


def run(*arguments, ranks=None):
    result = launch(*arguments, ranks=ranks)
    if result.returncode:
        raise AssertionError(f"{result.args}: exit {result.returncode}\n{result.stderr}")
    return result.stdout


def launch(*arguments, ranks=None):
    command = [str(PROGRAM), *map(str, arguments)]
    environment = dict(os.environ)
    if ranks:
        command = ["mpirun", "-n", str(ranks), "--oversubscribe", *command]
        if os.geteuid() == 0:
            environment["OMPI_ALLOW_RUN_AS_ROOT"] = "1"
            environment["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1"
    return subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=120, env=environment)


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

    def test_weights_that_are_no_numbers_are_refused(self):
        """No fit writes them; the refusal names the file and the neuron."""
        for name, place in (("W", (7, 3)), ("b", 7), ("alpha", 7)):
            with self.subTest(name=name):
                copy = self.folder / f"damaged-{name}.h5"
                copy.write_bytes((self.folder / "model.h5").read_bytes())
                with h5py.File(copy, "a") as file:
                    file[name][place] = np.nan
                for command in ("report", "evaluate"):
                    result = launch(
                        command, copy, "-o", self.folder / f"{name}-{command}.out", ranks=2)
                    self.assertEqual(result.returncode, 65, result.stderr)
                    self.assertEqual(result.stderr.count("neuron 7, or its"), 1, result.stderr)

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
            for width in (1400, 420, 390):
                with self.subTest(page=page.name, width=width):
                    self.look(chrome, page, width, sections, figures)
        self.assertIn("V2 <b>", self.shown(chrome, full))
        for text in ("Median skill", "Error by frames ahead", "Choice of lambda", "All 40",
                     "Power spectrum", "the yardstick", "from 8 starts"):
            self.assertIn(text, self.shown(chrome, full))
        # What is typed stands as code.
        self.assertNotIn("`", self.shown(chrome, bare) + self.shown(chrome, full))
        for text in ("No frame was held out", "is not where it was", "were given, not chosen"):
            self.assertIn(text, self.shown(chrome, bare))

    @unittest.skipUnless(browser.find(), "no Chromium on this machine")
    def test_time_stamps_of_another_day(self):
        """Stamps near 1.2e6 s, tiny and huge traces, and a phone."""
        folder, generator = self.folder, np.random.default_rng(3)
        with h5py.File(folder / "recording.h5") as file:
            rates = file["rates"][:]
        scale = 10.0 ** generator.uniform(-10, 8, rates.shape[1])
        with h5py.File(folder / "stamps.h5", "w") as file:
            file["y"] = (rates + 1e4 * (np.arange(rates.shape[1]) % 3)) * scale
            file["t"] = 1_232_547.25 + 0.6 * np.arange(len(rates))
        run("fit", folder / "stamps.h5", "-o", folder / "stamps-model.h5", "--traces", "/y",
            "--timestamps", "/t", "--time-axis", "0", "--scale", "zscore-tanh", "--alpha", "0.1",
            "--lambda", "1e-2")
        page = self.report("stamps", folder / "stamps-model.h5")
        chrome = browser.Browser(folder / "profile-stamps")
        self.addCleanup(chrome.close)
        for width in (1400, 420, 360):
            with self.subTest(width=width):
                self.look(chrome, page, width, 10, 5)
                if width >= 420:
                    self.assertNotIn("Neurons by skill", " ".join(chrome.value(WIDE)))
                    self.assertNotIn("12 best", " ".join(chrome.value(WIDE)))
                    gap, bottom = chrome.value(WARNING)
                    self.assertGreater(gap, 8)
                    self.assertLess(bottom, 900)
        shown = self.shown(chrome, page)
        self.assertRegex(shown, r"time \(s\) − 1\u202f23\d\u202f\d00")
        self.assertNotIn("e6\n1.23e6", shown)

    @unittest.skipUnless(browser.find(), "no Chromium on this machine")
    def test_every_yardstick_is_whole(self):
        """A yardstick that is far better or worse than the network, and one that is not there."""
        folder = self.folder
        chrome = browser.Browser(folder / "profile-yardsticks")
        self.addCleanup(chrome.close)
        for name in ("linear_mse", "mean_mse"):
            with self.subTest(yardstick=name):
                copy = folder / f"{name}.h5"
                copy.write_bytes((folder / "scores.h5").read_bytes())
                with h5py.File(copy, "a") as file:
                    persistence = file["score/persistence_mse"][:]
                    if name in file["score"]:
                        del file[f"score/{name}"]
                    # All neurons in one bin: far higher than the network's histogram.
                    file[f"score/{name}"] = 0.5 * persistence
                page = self.report(name, folder / "model.h5", "--scores", copy)
                for width in (1400, 420):
                    chrome.open(page, width)
                    self.assertEqual(chrome.value(BEYOND), [])
                self.assertIn({"linear_mse": "linear model", "mean_mse": "mean"}[name],
                              chrome.value("document.querySelector('#skill .legend').innerText"))

    def three_regions(self):
        """A model of three regions, its recording, and scores of all that is told of weights."""
        folder = self.folder
        recording, model, scores = (folder / f"three{name}.h5" for name in ("", "-model", "-scores"))
        if scores.exists():
            return model, scores
        run("generate", "three-regions", "--neurons", 24, "--frames", 500, "--dt", "0.01",
            "--input-noise", "0.1", "-o", recording)
        run("fit", recording, "-o", model, "--alpha", "0.1", "--lambda", "1e-3",
            "--regions", f"{recording}:/region")
        (folder / "trials.csv").write_text("frame,cells\n60,3;5\n200,0\n440,7\n")
        run("evaluate", model, "--nulls", 20, "--currents", "--standard-errors", "all",
            "--split-halves", "--bootstrap", 20, "--perturbed", folder / "trials.csv",
            "-o", scores, ranks=2)
        return model, scores

    CARDS = {
        "perturbed": ("perturbed",), "nulls": ("nulls",), "worth": ("worth",),
        "agreement": ("agreement",), "currents": ("currents",)}

    def test_cards_need_their_variables(self):
        """Each card is there with its variables, and a page without them is a page."""
        model, scores = self.three_regions()
        whole = self.report("cards", model, "--scores", scores).read_text()
        for card in self.CARDS:
            self.assertIn(f'<section id="{card}"', whole)
        for card, groups in self.CARDS.items():
            with self.subTest(without=card):
                copy = self.folder / "without.h5"
                copy.write_bytes(scores.read_bytes())
                with h5py.File(copy, "a") as file:
                    for group in groups:
                        del file[group]
                    for name in ("nulls",) if card == "nulls" else ():
                        del file.attrs[name]
                    if card == "worth":
                        del file["worth_neuron"]
                page = self.report("without", model, "--scores", copy).read_text()
                self.assertNotIn(f'<section id="{card}"', page)
                for other in self.CARDS:
                    if other != card:
                        self.assertIn(f'<section id="{other}"', page)
        # Parts of a card that an older file does not hold.
        for paths, gone, kept in (
            (("nulls/p_count", "nulls/region_p"), "p values of the weights", 'id="nulls"'),
            (("nulls/test_discoveries",), "Without components alone", "p values of the weights"),
            (("perturbed/foreseen",), "foreseen response", 'id="perturbed"'),
            (("currents/component",), "Leading component of the current", 'id="currents"'),
            (("agreement/first_half",), "Two halves", 'id="agreement"'),
            (("worth/pair_sum",), "Sums of the weights onto", 'id="worth"'),
            (("worth/sampling_error",), "Weights onto each neuron", 'id="worth"'),
        ):
            with self.subTest(without=paths):
                copy = self.folder / "without.h5"
                copy.write_bytes(scores.read_bytes())
                with h5py.File(copy, "a") as file:
                    for path in paths:
                        del file[path]
                page = self.report("without", model, "--scores", copy).read_text()
                self.assertIn(gone, whole)
                self.assertNotIn(gone, page)
                self.assertIn(kept, page)

    def test_cards_say_what_the_scores_say(self):
        model, scores = self.three_regions()
        with h5py.File(scores, "a") as file:
            p = file["nulls/p"][:]
            known = p[~np.isnan(p)]
            self.assertEqual(file["nulls/p_count"][:].sum(), known.size)
            np.testing.assert_allclose(file["nulls/p_count_by_chance"][:].sum(), known.size)
            self.assertEqual(file["nulls/p_count"][0], (known <= 2 / 21).sum())
            beyond = int((known <= 0.05).sum())
            self.assertEqual(file.attrs["null_beyond_chance"], beyond)
            # The rule takes components here, so that p is the larger of two.
            self.assertEqual(file["null_test"][0], 0)
            self.assertEqual(file["null_test"][1], file.attrs["null_components"])
            alone = file["nulls/test_beyond_chance"][:]
            self.assertTrue((alone >= beyond).all())
            shares = 100 * alone / known.size
            told = [f"{share:.{1 if share < 10 else 0}f} %" for share in shares]
            halves = file["agreement/first_half"][:], file["agreement/second_half"][:]
            free = ~np.isnan(halves[0])
            pearson = np.corrcoef(halves[0][free], halves[1][free])[0, 1]
            np.testing.assert_allclose(file.attrs["half_pearson"], pearson, rtol=1e-5)
            file.attrs["null_warnings"] = "a drive <b> may be shared\nand another"
        page = self.report("told", model, "--scores", scores).read_text()
        self.assertIn("a drive &lt;b&gt; may be shared", page)
        self.assertIn("<li>and another</li>", page)
        self.assertIn(f"of {known.size} weights have p ≤ 0.05, at most 5 % by chance", page)
        self.assertIn(f"Without components alone {told[0]} and", page)
        self.assertIn(f"with them alone {told[1]} and", page)

    @unittest.skipUnless(browser.find(), "no Chromium on this machine")
    def test_cards_in_a_browser(self):
        model, scores = self.three_regions()
        page = self.report("regions", model, "--scores", scores)
        chrome = browser.Browser(self.folder / "profile-cards")
        self.addCleanup(chrome.close)
        for width in (1400, 420, 390):
            with self.subTest(width=width):
                self.look(chrome, page, width, 16, 25)
        shown = self.shown(chrome, page)
        for text in ("p value", "Onto A from B", "1 frame after the onset", "Two halves",
                     "Signs over 20 resamples", "Sums of the weights onto these neurons"):
            self.assertIn(text, shown)

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
        for search in (COLLISIONS, CUT, ALIKE, BROKEN, BEYOND):
            self.assertEqual(chrome.value(search), [])
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
