"""Scripts/study with networks that are trained first: what it runs, keeps, tells and draws."""
import json
import pathlib
import unittest
from argparse import Namespace

import study_runs
from studies import trained
from studies.trained import collecting
from studies.trained.outcome import Outcome

# Prints the scores that a fit of that seed might have.
STAND_IN = """
if os.environ.get("STAND_IN_FAILS") == arguments[0]:
    print(f"ganglion: {arguments[0]} cannot do that", file=sys.stderr)
    sys.exit(int(os.environ["STAND_IN_CODE"]))
if arguments[0] == "evaluate":
    print(json.dumps({
        "connectivity": {"pearson": 0.5, "input_pearson": 0.75, "alpha_pearson": None},
        "teacher": {"trial_runs": {"rates_r2": 0.9, "readout_pearson": 0.99, "signs_right": 1},
                    "fixed_points": {"stable_found": 6, "truth": {"stable": 8}}}}))
else:
    open(arguments[arguments.index("-o") + 1], "w").close()
"""


class TrainedStudyTests(study_runs.StudyRuns):
    def setUp(self):
        super().setUp()
        self.program = self.stand_in(STAND_IN)

    def study(self, *flags, fails="", code=70):
        return self.run_study(
            self.program, *flags, STAND_IN_FAILS=fails, STAND_IN_CODE=str(code),
            STUDY_FOLDER=str(self.folder))

    def test_a_teacher_is_trained_once_and_recorded_twice_a_setting(self):
        result = self.study("subsampling", "--networks", 2, "--seed", 5)
        self.assertEqual(result.returncode, 0, result.stderr)
        fits = trained.STUDIES["subsampling"].sizes["small"].fits
        # Methods share recordings.
        settings = len({(fit.record, fit.seen) for fit in fits})
        counts = {name: len(self.calls(name)) for name in ("train", "simulate", "fit", "evaluate")}
        self.assertEqual(counts, {
            "train": 2, "simulate": 4 * settings, "fit": 2 * len(fits), "evaluate": 2 * len(fits)})
        # What is refined is the fit, and its result takes the fit's place.
        refined = self.calls("refine")
        self.assertEqual(len(refined), 2 * sum(bool(fit.refine) for fit in fits))
        for line in refined:
            model, _, output = line.split()[1:4]
            self.assertIn(f"-o {model} ", " ".join(self.calls("fit")))
            self.assertIn(f"evaluate {model} ", " ".join(self.calls("evaluate")))
            self.assertTrue(pathlib.Path(model).exists() and not pathlib.Path(output).exists())
        # The fit never sees the distractor; the evaluation does, on the same cells, in other trials.
        probes = [line for line in self.calls("simulate") if "--distractor" in line]
        self.assertEqual(len(probes), 2 * settings)
        self.assertTrue(all("--seed 1000005" in line or "--seed 1000006" in line for line in probes))
        for line in self.calls("simulate"):
            seed = line.split("--seed ")[1].split()[0][-1]
            self.assertIn(f"--network-seed {seed}", line)
        self.assertEqual(len({line.split(" --seed")[0] for line in self.calls("train")}), 1)
        # All is there: nothing runs again.
        before = len(self.calls())
        self.assertEqual(self.study("subsampling", "--networks", 2, "--seed", 5).returncode, 0)
        self.assertEqual(len(self.calls()), before)
        # Other sizes are other networks.
        self.study("subsampling", "--networks", 1, "--seed", 5, "--neurons", 50)
        self.assertIn("--hidden 50", self.calls("train")[-1])

    def test_the_table_holds_the_scores(self):
        self.study("flipflop", "--networks", 2)
        row = self.rows("flipflop")[0]
        self.assertEqual((row["done"], row["asked"], row["exceptions"]), ("2", "2", ""))
        for column, value in (("r_W", 0.5), ("readout", 0.99), ("signs", 1), ("stable", 0.75)):
            self.assertEqual(float(row[column]), value)
            self.assertEqual(row[f"{column}_least"], row[f"{column}_most"])
        self.assertGreaterEqual(float(row["seconds"]), 0)
        document = json.loads((self.folder / "study" / "flipflop.json").read_text())
        self.assertEqual(document["ours"][0]["r_W"], 0.5)
        self.assertIn([400, 0.88], [point for one in document["published"] for point in one["points"]])
        self.assertNotIn("0.88", (self.folder / "study" / "flipflop.csv").read_text())
        self.assertIn("published N 1000", (self.folder / "study" / "flipflop.svg").read_text())
        # A score that the evaluation does not have is left out, not zero.
        self.study("time-scales", "--networks", 1)
        self.assertEqual({one["r_alpha"] for one in self.rows("time-scales")}, {""})

    def test_parts_are_the_whole_and_trainings_may_come_first(self):
        result = self.study("mismatch", "--networks", 2, "--teachers", "--part", "1/2")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual((len(self.calls("train")), len(self.calls("fit"))), (2, 0))
        for number in (1, 2, 3):
            self.study("mismatch", "--networks", 2, "--part", f"{number}/3")
        # Four teachers: two tasks, two seeds.
        self.assertEqual(len(self.calls("train")), 4)
        self.assertEqual(len(set(self.calls("fit"))), len(self.calls("fit")))
        self.assertEqual(self.study("mismatch", "--networks", 2, "--collect").returncode, 0)
        missing = self.study("mismatch", "--networks", 3, "--collect")
        self.assertEqual(missing.returncode, 66)
        self.assertIn("seed 3", missing.stderr)

    def test_a_failure_is_told_and_tried_again(self):
        flags = ("correlated-noise", "--networks", 1)
        settings = len(trained.STUDIES["correlated-noise"].sizes["small"].fits)
        # A network that does not learn is not trained once for every fit.
        self.assertEqual(self.study(*flags, fails="train").returncode, 1)
        self.assertEqual(len(self.calls()), 1)
        exceptions = {row["exceptions"] for row in self.rows("correlated-noise")}
        self.assertEqual(len(exceptions), 1)
        self.assertIn("train cannot do that", exceptions.pop())
        self.assertEqual(self.study(*flags, "--part", "1/1", fails="fit").returncode, 1)
        self.assertEqual((len(self.calls("train")), len(self.calls("fit"))), (2, settings))
        self.assertEqual(self.study(*flags).returncode, 0)
        self.assertEqual(len(self.calls("train")), 2)
        self.assertEqual({row["exceptions"] for row in self.rows("correlated-noise")}, {""})

    def test_a_training_that_missed_its_loss_is_not_repeated(self):
        flags = ("correlated-noise", "--networks", 1)
        for part in ("1/2", "2/2"):
            self.assertEqual(self.study(*flags, "--part", part, fails="train", code=1).returncode, 1)
        self.assertEqual(len(self.calls()), 1)
        self.assertEqual(self.study(*flags, "--teachers").returncode, 1)
        self.assertEqual(len(self.calls()), 1)
        # Once the note is gone it is.
        for note in (self.folder / "teachers").glob("*.failed"):
            note.unlink()
        self.assertEqual(self.study(*flags).returncode, 0)

    def test_a_size_of_ones_own_is_called_by_its_name(self):
        self.study("flipflop", "--networks", 1, "--neurons", 50)
        self.assertEqual({row["group"] for row in self.rows("flipflop")}, {"N 50"})
        self.assertTrue(all("--hidden 50" in line for line in self.calls("train")))

    def test_wrong_usage(self):
        for flags, told in ((("flipflop", "--frames", "10"), "--frames does nothing here"),
                            (("flipflop", "--minutes", "1"), "--minutes does nothing here"),
                            (("solvers", "--teachers"), "--teachers does nothing here"),
                            (("solvers", "--teacher-ranks", "2"), "--teacher-ranks does nothing"),
                            (("flipflop", "--method", "newton"), "newton")):
            result = self.study(*flags)
            self.assertEqual(result.returncode, 64, result.stderr)
            self.assertIn(told, result.stderr)

    def given(self, study, size, **more):
        return Namespace(**{
            "study": study, "size": size, "seed": 1, "networks": 2, "methods": [], "neurons": None,
            "ranks": 1, "teacher_ranks": None, **more})

    def test_names_of_results_are_unique(self):
        for study in trained.STUDIES.values():
            for size in study.sizes:
                todo = trained.jobs(self.given(study, size))
                self.assertEqual(len({job.result_file for job in todo}), len(todo), study.name)
                self.assertTrue(all(
                    value.score in {score.name for score in study.scores}
                    for value in study.published))

    def test_medians_and_ranges(self):
        study = trained.STUDIES["subsampling"]
        todo = trained.jobs(self.given(study, "small", networks=3))
        first = [job for job in todo if job.fit == todo[0].fit]
        values = (0.2, None, 0.4)
        found = [
            Outcome(job, "done", "", 1.0, {"connectivity": {"pearson": value}})
            for job, value in zip(first, values, strict=True)]
        row, = collecting.rows(study, found)
        self.assertEqual((row["done"], row["asked"]), (3, 3))
        self.assertEqual((row["r_W_least"], row["r_W_most"]), (0.2, 0.4))
        self.assertAlmostEqual(row["r_W"], 0.3)
        self.assertEqual(row["r_W_runs"], 2)
        self.assertIn("0.3 (0.2 to 0.4), 2 of 3", collecting.text(study, [row]))
        self.assertIsNone(row["r2"])

    def test_a_share_of_no_points_is_no_number(self):
        job = trained.jobs(self.given(trained.STUDIES["flipflop"], "small"))[0]
        for stable, share in ((8, 0.75), (0, None)):
            points = {"stable_found": min(6, stable), "truth": {"stable": stable}}
            row, = collecting.rows(trained.STUDIES["flipflop"], [
                Outcome(job, "done", "", 1.0, {"teacher": {"fixed_points": points}})])
            self.assertEqual(row["stable"], share)


if __name__ == "__main__":
    unittest.main()
