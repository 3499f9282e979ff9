"""The program itself on broken recordings: on three ranks it says the same as on one, once.

The readers see the whole corpus on one and three ranks in RecordingsTests; here is a part of
it, as each case on three ranks takes about a second. fuzz.py has the longer run.
"""
import random
import tempfile
import unittest

from inputs import fuzz
from test_report import PROGRAM

CASES = 16


@unittest.skipUnless(PROGRAM.exists(), "no .build/release/ganglion")
class Corpus(unittest.TestCase):
    def test_ranks_agree(self):
        with tempfile.TemporaryDirectory() as folder:
            cases = fuzz.corpus(folder, seed=3)
            for case in random.Random(3).sample(cases, CASES):
                with self.subTest(file=case[0], flags=case[1]):
                    problem, outcomes = fuzz.verdict(str(PROGRAM), [1, 3], folder, *case)
                    self.assertIsNone(problem, outcomes)


if __name__ == "__main__":
    unittest.main()
