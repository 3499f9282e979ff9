"""The filters that bound the Kalman task: against each other, and against an integral."""
import importlib.util
import unittest
from pathlib import Path

import numpy as np

SOURCE = Path(__file__).parents[2] / "Sources" / "Benchmarks" / "harness" / "inference.py"


def filters():
    spec = importlib.util.spec_from_file_location("inference", SOURCE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def only(*columns):
    """Systems drawn from a list, with equal probability."""
    table = np.array(columns, float).T

    def draw(random, count):
        return table[:, random.integers(len(columns), size=count)]
    return draw


class Filters(unittest.TestCase):
    def test_with_one_system_there_is_nothing_to_infer(self):
        known = only((0.8, 1, 1 - 0.8**2, 2))
        random = np.random.default_rng(1)
        _, observed, ruling, age = filters().episode(random, 100, known)
        difference = (filters().knowing(observed, ruling, age)
                      - filters().inferring(random, observed, 50, known))
        self.assertLess(np.abs(difference).max(), 1e-12)

    def test_knowing_filter_is_the_conditional_mean_of_a_gaussian(self):
        decay, centre, process, noise = system = (0.8, 1, 1 - 0.8**2, 2)
        steps = 40
        _, observed, ruling, age = filters().episode(np.random.default_rng(2), steps, only(system))
        estimate = filters().knowing(observed, ruling, age)[-1]
        lags = np.abs(np.subtract.outer(np.arange(steps), np.arange(steps)))
        hidden = decay**lags
        direct = centre + hidden[-1] @ np.linalg.solve(
            hidden + noise * np.eye(steps), observed - centre)
        self.assertAlmostEqual(estimate, direct, places=10)

    def test_inference_weighs_two_systems_by_their_likelihood(self):
        systems = ((0.9, -1, 1 - 0.9**2, 1), (0.5, 1, 1 - 0.5**2, 4))
        random = np.random.default_rng(3)
        steps = 12
        _, observed, _, _ = filters().episode(random, steps, only(*systems))
        lags = np.abs(np.subtract.outer(np.arange(steps), np.arange(steps)))
        means, logs = [], []
        for decay, centre, _, noise in systems:
            hidden = decay**lags
            total = hidden + noise * np.eye(steps)
            means.append(centre + hidden[-1] @ np.linalg.solve(total, observed - centre))
            logs.append(-0.5 * (observed - centre) @ np.linalg.solve(total, observed - centre)
                        - 0.5 * np.linalg.slogdet(total)[1])
        weights = np.exp(np.array(logs) - max(logs))
        estimate = filters().inferring(random, observed, 100_000, only(*systems))[-1]
        self.assertAlmostEqual(estimate, weights @ means / weights.sum(), delta=0.01)


if __name__ == "__main__":
    unittest.main()
