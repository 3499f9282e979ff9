"""The network of a file that takes reading is that of the numbers it means, laid out plainly."""

import tempfile
import unittest
from pathlib import Path

import h5py
import numpy as np
from inputs import evidence
from test_report import PROGRAM, run

NEURONS, FRAMES = 20, 400


def rates():
    generator = np.random.default_rng(1)
    weights = generator.normal(0, 0.4, (NEURONS, NEURONS))
    drive = np.sin(np.arange(FRAMES) / 9.0)
    state = np.zeros((FRAMES, NEURONS))
    for t in range(FRAMES - 1):
        noise = 0.1 * generator.normal(size=NEURONS)
        state[t + 1] = 0.7 * state[t] + 0.3 * np.tanh(weights @ state[t] + drive[t] + noise)
    return state, drive


@unittest.skipUnless(PROGRAM.exists(), "no .build/release/ganglion")
class Readings(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.folder = Path(place.name)
        self.rates, self.drive = rates()

    def fitted(self, name, *flags, ranks=None):
        model = self.folder / f"{name}.model.h5"
        run("fit", self.folder / name, "-o", model, "--alpha", "0.3", "--lambda", "1e-3",
            "--precision", "double", "--tolerance", "1e-9", *flags, ranks=ranks)
        with h5py.File(model) as file:
            return {key: file[key][:] for key in ("W", "W_in", "b", "neuron") if key in file}

    def plain(self, name, traces, *flags, **more):
        with h5py.File(self.folder / name, "w") as file:
            file["traces"] = traces
            for key, value in more.items():
                file[key] = value
        return self.fitted(name, "--traces", "/traces", "--time-axis", 0, "--dt", 1 / 30, *flags)

    def same(self, found, wanted, labels):
        for key in ("W", "W_in", "b"):
            if key in wanted:
                np.testing.assert_allclose(found[key], wanted[key], atol=1e-7)
        self.assertEqual([label.decode() for label in found["neuron"]], labels)

    def test_accepted_components_in_either_orientation(self):
        good = np.arange(0, NEURONS, 2)
        wanted = self.plain("good.h5", self.rates[:, good])
        with h5py.File(self.folder / "c.hdf5", "w") as file:
            file["estimates/C"] = self.rates.T
            file["estimates/idx_components"] = good
            file["params/data/fr"] = 30.0
        mask = np.isin(np.arange(NEURONS), good).astype("u1")
        with evidence.nwb(self.folder / "c.nwb") as file:
            table = evidence.regions(file, NEURONS, Accepted=mask)
            group = evidence.series(file, "acquisition/s", self.rates, rate=30.0)
            evidence.refer(group, table, np.arange(NEURONS))
        for ranks in (None, 3):
            self.same(self.fitted("c.hdf5", ranks=ranks), wanted, [str(i) for i in good])
            labels = [str(100 + i) for i in good]
            self.same(self.fitted("c.nwb", ranks=ranks), wanted, labels)

    def test_trials_and_inputs_in_physical_units(self):
        starts = np.arange(0, FRAMES, 37)
        physical = self.drive + 2.5
        wanted = self.plain(
            "p.h5", self.rates, "--inputs", "/u", "--trials", "/starts", u=physical, starts=starts)
        with evidence.nwb(self.folder / "p.nwb") as file:
            group = evidence.series(file, "acquisition/s", self.rates.T, rate=30.0)
            group["rois"] = np.arange(NEURONS)
            stimulus = "stimulus/presentation/u"
            evidence.series(file, stimulus, 1000 * self.drive, kind="TimeSeries", rate=30.0,
                            conversion=0.001, offset=2.5)
            file["intervals/trials/start_time"] = starts / 30.0
        found = self.fitted("p.nwb", "--inputs", "/" + stimulus)
        self.same(found, wanted, [str(i) for i in range(NEURONS)])


if __name__ == "__main__":
    unittest.main()
