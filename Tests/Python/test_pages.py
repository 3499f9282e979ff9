"""The guide and the articles as web pages: every page opened in Chromium, its links followed."""
import functools
import http.server
import shutil
import subprocess
import tempfile
import threading
import time
import unittest
from pathlib import Path

import browser
from test_guide import CHECKOUT, guide

# Beside swift, as Scripts/docs finds it.
SWIFT = shutil.which("swift")
DOCC = Path(SWIFT).resolve().parent / "docc" if SWIFT else None
WIDTHS = (1200, 390)  # a desk, a phone


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *words):
        pass


@unittest.skipUnless(DOCC and DOCC.exists(), "no docc beside swift")
@unittest.skipUnless(browser.find(), "no Chromium")
class PageTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        place = tempfile.TemporaryDirectory()
        cls.addClassCleanup(place.cleanup)
        cls.pages = Path(place.name) / "pages"
        subprocess.run(
            [DOCC, "convert", guide.CATALOGUE, "--output-path", cls.pages, "--fallback-display-name",
             "Ganglion", "--fallback-bundle-identifier", "org.ganglion.Ganglion", "--warnings-as-errors"],
            cwd=CHECKOUT, check=True, capture_output=True)
        server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", 0), functools.partial(Quiet, directory=str(cls.pages)))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        cls.addClassCleanup(server.server_close)
        cls.addClassCleanup(server.shutdown)
        cls.address = f"http://127.0.0.1:{server.server_port}/"
        cls.browser = browser.Browser(Path(place.name) / "profile")
        cls.addClassCleanup(cls.browser.close)

    def shown(self, name, width):
        """Opens a page, and waits until it has been put together."""
        self.browser.complaints.clear()
        self.browser.open(f"{self.address}documentation/ganglion/{name}".rstrip("/"), width)
        end = time.monotonic() + 30
        while not self.browser.value("document.querySelectorAll('main h1').length"):
            self.assertLess(time.monotonic(), end, "the page stays empty")
            time.sleep(0.02)
        # Those far below would wait for somebody to scroll there.
        self.browser.value(
            "[...document.images].map(image => { image.loading = 'eager' }).length")
        while not self.browser.value("[...document.images].every(image => image.complete)"):
            self.assertLess(time.monotonic(), end, "an image does not come")
            time.sleep(0.02)

    def test_pages(self):
        data = self.pages / "data/documentation/ganglion"
        names = ["", *sorted(path.stem for path in data.glob("*.json"))]
        self.assertEqual(len(names), len(list(guide.CATALOGUE.rglob("*.md"))))
        for name in names:
            for width in WIDTHS:
                with self.subTest(page=name, width=width):
                    self.shown(name, width)
                    value = self.browser.value
                    # Wide tables and code are moved aside in boxes of their own, never the page.
                    self.assertLessEqual(value("document.documentElement.scrollWidth"), width)
                    self.assertEqual(
                        value("[...document.images].filter(i => !i.naturalWidth).map(i => i.src).join()"), "")
                    # Settings of colours that a site may have are asked for, and are not there.
                    self.assertEqual([text for text in self.browser.complaints if "404" not in text], [])
            links = value("[...document.querySelectorAll('main a[href]')].map(a => a.href).join(' ')")
            for link in set(links.split()):
                with self.subTest(page=name, link=link):
                    self.assertTrue(link.startswith(self.address), "a link that leaves the pages")
                    target, _, anchor = link.removeprefix(self.address).partition("#")
                    self.assertTrue((self.pages / "data" / f"{target.strip('/')}.json").exists())
                    if anchor:
                        self.assertTrue(value(f"!!document.getElementById({anchor!r})"))


if __name__ == "__main__":
    unittest.main()
