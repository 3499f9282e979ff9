"""The same numbers in text tables of many programs are fitted to the same W, bit for bit.

The tables are written as pandas, numpy, R and spreadsheets write them; where pandas is there it
writes its own.
"""
import subprocess
import tempfile
import unittest
from pathlib import Path

import h5py
import numpy as np
from test_report import PROGRAM

FRAMES, NEURONS = 200, 6
FLAGS = ["--alpha", ".3", "--lambda", "1e-3", "--time-axis", "0", "--threads", "1"]


def rates():
    """A small network's rates, with six decimals."""
    rng = np.random.default_rng(4)
    weights = rng.normal(0, 0.8, (NEURONS, NEURONS))
    r = np.zeros((FRAMES, NEURONS))
    r[0] = rng.uniform(-0.5, 0.5, NEURONS)
    for t in range(FRAMES - 1):
        current = weights @ r[t] + 0.1 * rng.normal(size=NEURONS)
        r[t + 1] = 0.7 * r[t] + 0.3 * np.tanh(current)
    return np.round(3 + 2 * r, 6)


def write(path, header, separator=",", first=None, comma=False, end="\n"):
    lines = [] if header is None else [header]
    for t, row in enumerate(rates()):
        cells = ([] if first is None else [first(t)]) + [f"{value:.6f}" for value in row]
        text = separator.join(cells)
        lines.append(text.replace(".", ",") if comma else text)
    Path(path).write_bytes((end.join(lines) + end).encode())


def by_pandas(folder):
    """pandas' own tables, if it is there: name and flags."""
    try:
        import pandas
    except ImportError:
        return []
    frame = pandas.DataFrame(rates(), columns=[f"n{i}" for i in range(NEURONS)])
    frame.to_csv(folder / "pandas_index.csv")
    frame.to_csv(folder / "pandas.tsv", sep="\t", index=False)
    frame.to_csv(folder / "pandas_comma.csv", sep=";", decimal=",")
    pandas.DataFrame(rates()).to_csv(folder / "pandas_integers.csv")
    frame.index = pandas.Index(0.05 * np.arange(FRAMES), name="time (s)")
    frame.to_csv(folder / "pandas_time.csv")
    return ["pandas_index.csv", "pandas.tsv", "pandas_comma.csv", "pandas_integers.csv",
            "pandas_time.csv"]


@unittest.skipUnless(PROGRAM.exists(), "no .build/release/ganglion")
class Tables(unittest.TestCase):
    def fit(self, folder, name):
        output = folder / (name + ".h5")
        result = subprocess.run(
            [PROGRAM, "fit", folder / name, "-o", output, *FLAGS], capture_output=True, text=True,
            check=False, timeout=120)
        self.assertEqual(result.returncode, 0, result.stderr)
        with h5py.File(output) as file:
            return file["W"][:], file.attrs.get("dt")

    def test_the_same_network(self):
        names = ",".join(f"n{i}" for i in range(NEURONS))
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            write(folder / "clean.csv", names)
            write(folder / "integers.csv", ",".join(map(str, range(NEURONS))))
            write(folder / "index.csv", "," + names, first=str)
            write(folder / "frame.csv", "frame," + names, first=str)
            write(folder / "ms.csv", "Time (ms)," + names, first=lambda t: str(50 * t))
            write(folder / "hash.csv", "# time," + names, first=lambda t: f"{0.05 * t:.2f}")
            write(folder / "excel.csv", "t_s;" + names.replace(",", ";"), ";",
                  lambda t: f"{0.05 * t:.2f}", True, "\r\n")
            columns = np.column_stack([0.05 * np.arange(FRAMES), rates()])
            np.savetxt(folder / "savetxt.txt", columns, header="time " + names.replace(",", " "))
            expected, dt = self.fit(folder, "clean.csv")
            self.assertIsNone(dt)
            variants = ["integers.csv", "index.csv", "frame.csv", "ms.csv", "hash.csv",
                        "excel.csv", "savetxt.txt"] + by_pandas(folder)
            for name in variants:
                with self.subTest(table=name):
                    found, dt = self.fit(folder, name)
                    np.testing.assert_array_equal(found, expected)
                    if name in ("ms.csv", "hash.csv", "excel.csv", "savetxt.txt",
                                "pandas_time.csv"):
                        self.assertAlmostEqual(dt, 0.05, places=12)
                    else:
                        self.assertIsNone(dt)


if __name__ == "__main__":
    unittest.main()
