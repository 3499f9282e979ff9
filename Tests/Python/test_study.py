"""Scripts/study: what it runs, what it does not run again, and what it says of what is missing."""
import json
import unittest

import numpy as np
import study_runs
from studies import study as parts
from studies import summary
from studies.catalogue import STUDIES
from studies.methods import is_rival
from studies.outcome import Outcome
from test_report import PROGRAM

# Writes what a fit of that seed might have found.
STAND_IN = """
import h5py
if "published" in arguments:
    sys.exit("ganglion: the published map cannot do that")
with h5py.File(arguments[arguments.index("-o") + 1], "w") as file:
    if arguments[0] == "fit":
        file["log/method/seconds"] = [0.5, 1.0, 2.0]
        file["log/method/weight_correlation"] = [0.8, 0.97, 0.96]
        file.attrs["method_ending"] = "diverged" if "newton" in arguments else "finished"
"""


class StudyTests(study_runs.StudyRuns):
    def study(self, *flags, program=PROGRAM):
        return self.run_study(program, *flags)

    def table(self, name="solvers"):
        return {row["method"]: row for row in self.rows(name)}

    def test_runs_are_told_apart_and_not_run_again(self):
        program = self.stand_in(STAND_IN)
        flags = ("solvers", "--networks", 2, "--method", "cornn,newton,published")
        result = self.study(*flags, program=program)
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertEqual([line.split()[0] for line in self.calls()].count("generate"), 2)
        self.assertEqual([line.split()[0] for line in self.calls()].count("fit"), 6)
        rows = self.table()
        self.assertEqual((rows["cornn"]["done"], rows["cornn"]["asked"]), ("2", "2"))
        # The best r counts, the first time that it is over the bar, and what it was at the start.
        for column, value in (("r", 0.97), ("seconds_to_bar", 1), ("r_start", 0.8), ("r_last", 0.96)):
            self.assertEqual(float(rows["cornn"][column]), value)
        self.assertEqual(rows["newton"]["exceptions"], "seed 1 diverged; seed 2 diverged")
        self.assertEqual(rows["published"]["done"], "0")
        self.assertIn("the published map cannot do that", rows["published"]["exceptions"])
        # Only what failed is tried again.
        self.study(*flags, program=program)
        self.assertEqual(len(self.calls()), 10)
        self.assertTrue(all("--method published" in line for line in self.calls()[8:]))
        # Other settings are other runs.
        self.study(*flags, "--ranks", 1, "--frames", 50, program=program)
        self.assertEqual(len(self.calls()), 18)

    def test_what_a_signal_cut_short_is_no_result(self):
        program = self.stand_in(STAND_IN + "if arguments[0] == 'fit': sys.exit(143)")
        result = self.study("solvers", "--networks", 1, "--method", "cornn,adam", program=program)
        self.assertEqual(result.returncode, 1)
        self.assertEqual({row["done"] for row in self.table().values()}, {"0"})
        self.assertIn("exit code 143", self.table()["adam"]["exceptions"])
        self.assertEqual(list(self.folder.rglob("*.part.h5")), [])

    def test_a_recording_that_cannot_be_made_leaves_the_others_alone(self):
        refusing = "if arguments[0] == 'generate' and '--seed 1 ' in ' '.join(arguments): sys.exit(74)\n"
        program = self.stand_in(refusing + STAND_IN)
        result = self.study("solvers", "--networks", 2, "--method", "cornn", program=program)
        self.assertEqual(result.returncode, 1)
        self.assertEqual(self.table()["cornn"]["done"], "1")

    def test_a_fit_passes_through_what_shorter_ones_ended_with(self):
        program = self.stand_in(STAND_IN.replace("[0.5, 1.0, 2.0]", "[0.5, 3.0, 2.0]"))
        self.study("solvers", "--networks", 1, "--method", "cornn", program=program)
        self.assertEqual(float(self.table()["cornn"]["seconds_to_bar"]), 2)

    def test_parts_are_the_whole(self):
        program = self.stand_in(STAND_IN)
        flags = ("solvers", "--networks", 2, "--method", "cornn,adam,force-rates")
        for number in (1, 2, 3, 4):
            result = self.study(*flags, "--part", f"{number}/4", program=program)
            self.assertEqual(result.returncode, 0, result.stderr)
        fits = [line for line in self.calls() if line.startswith("fit")]
        self.assertEqual(len(set(fits)), 6)
        self.assertEqual(len(fits), 6)
        self.assertEqual(self.study(*flags, "--collect", program=program).returncode, 0)
        self.assertEqual(len([line for line in self.calls() if line.startswith("fit")]), 6)

    def test_a_collection_names_what_is_missing(self):
        program = self.stand_in(STAND_IN)
        self.study("solvers", "--networks", 1, "--method", "cornn", program=program)
        result = self.study("solvers", "--networks", 2, "--method", "cornn", "--collect")
        self.assertEqual(result.returncode, 66)
        self.assertIn("missing: cornn, seed 2", result.stderr)
        self.assertNotIn("seed 1", result.stderr)
        self.assertEqual(self.table()["cornn"]["exceptions"], "seed 2 missing")
        self.assertEqual(self.table()["cornn"]["done"], "1")

    def test_published_values_stay_apart(self):
        program = self.stand_in(STAND_IN)
        result = self.study("solvers", "--networks", 1, "--method", "cornn", program=program)
        self.assertEqual(result.returncode, 0, result.stderr)
        document = json.loads((self.folder / "study" / "solvers.json").read_text())
        self.assertEqual(document["ours"][0]["r"], 0.97)
        self.assertEqual(document["published"][0]["r"], 0.988)
        self.assertNotIn("0.988", (self.folder / "study" / "solvers.csv").read_text())
        drawn = (self.folder / "study" / "solvers.svg").read_text()
        self.assertIn("published, cornn: 0.988", drawn)

    def test_wrong_usage(self):
        for flags, told in ((("none",), "none"), (("solvers", "--part", "3/2"), "3/2"),
                            (("solvers", "--method", "cornn,adamm"), "adamm"),
                            (("solvers", "--networks", "0"), "whole number"),
                            (("solvers", "--collect", "--list"), "not allowed")):
            result = self.study(*flags)
            self.assertEqual(result.returncode, 64, result.stderr)
            self.assertIn(told, result.stderr)

    def test_all_studies_by_one_command(self):
        program = self.stand_in(STAND_IN)
        result = self.study("all", "--list", program=program)
        self.assertEqual(result.returncode, 0, result.stderr)
        for line in ("cornn, seed 1", "cornn 100, seed 1", "alpha per neuron 0.06, seed 1"):
            self.assertIn(line, result.stdout)
        # What is there of one study is found, the others are named as missing.
        self.run_study(program, "impulses", "--method", "cornn")
        (self.folder / "study").rename(self.folder / "impulses-small")
        (self.folder / "study").mkdir()
        (self.folder / "impulses-small").rename(self.folder / "study" / "impulses-small")
        result = self.study("all", "--collect", program=program)
        self.assertEqual(result.returncode, 66)
        with open(self.folder / "study" / "impulses-small" / "impulses.csv") as table:
            self.assertIn("cornn,ridge,,2,2", table.read())
        self.assertTrue((self.folder / "study" / "mismatch-small" / "mismatch.csv").exists())
        result = self.study("all", "--method", "cornn", program=program)
        self.assertEqual(result.returncode, 64)
        self.assertIn("--method is of one study", result.stderr)

    def test_the_limits_of_the_small_sizes_leave_time_for_the_trainings(self):
        limits = {
            study.name: study.sizes["small"].minutes * study.sizes["small"].networks
            * sum(is_rival(fit.flags) for fit in study.fits) for study in STUDIES.values()}
        self.assertLess(sum(limits.values()), 65, limits)

    def test_names_of_results_are_unique(self):
        for study in STUDIES.values():
            for size in study.sizes.values():
                todo = list(parts.jobs(study, size, (1, 2), [], 1))
                self.assertEqual(len({job.result_file for job in todo}), len(todo), study.name)
                self.assertEqual(len({job.recording_file for job in todo}), 2)
                self.assertTrue(all(
                    value.points if study.axis else value.r for value in study.published))

    def test_medians_and_ranges(self):
        study = STUDIES["solvers"]
        todo = list(parts.jobs(study, study.sizes["small"], (1, 2, 3), ["cornn"], 1))
        curves = ([0.9, 0.97], [0.9, 0.95], [0.9, 0.99])
        found = [Outcome(job, "done", "", np.array([0.1, 1.0 + job.seed]), np.array(r))
                 for job, r in zip(todo, curves, strict=True)]
        row, = summary.rows(study, found)
        self.assertEqual((row["r"], row["r_least"], row["r_most"]), (0.97, 0.95, 0.99))
        # One of three does not reach .965: the median is of those that do, and says how many.
        self.assertEqual((row["reached"], row["seconds_to_bar"]), (2, 3.0))

    @unittest.skipUnless(PROGRAM.exists(), "no .build/release/ganglion")
    def test_a_small_study_from_end_to_end(self):
        flags = ("--networks", 2, "--neurons", 12, "--frames", 240)
        result = self.study("solvers", *flags, "--method", "cornn,adam,force-currents")
        self.assertEqual(result.returncode, 0, result.stderr)
        for row in self.table().values():
            self.assertEqual((row["done"], row["exceptions"]), ("2", ""))
            self.assertGreater(float(row["r"]), 0.5)
        for ending in ("csv", "json", "png", "svg"):
            self.assertTrue((self.folder / "study" / f"solvers.{ending}").exists())


if __name__ == "__main__":
    unittest.main()
