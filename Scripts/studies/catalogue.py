"""The studies by name, with the published values of each.

Times that were published are of the authors' machines, and are not comparable with ours.
"""
from .methods import SOLVERS, without
from .study import Fit, Published, Size, Study

# The ridge that the paper's own method is flat around (study `ridge`).
RIDGE = ("--lambda", "1e-5")


def noise(currents, rates, kind="gaussian"):
    return ("--input-noise", str(currents), "--output-noise", str(rates), "--noise", kind)


def solvers(start="ridge", methods=SOLVERS, flags=RIDGE):
    return tuple(
        Fit(method, (*own, "--start", start, *flags), group="" if start == "ridge" else start)
        for method, own in methods.items())


def through_time():
    return tuple(
        Fit(loss, ("--method", "bptt", "--loss", loss, "--start", start, "--teacher-forcing",
                   str(forcing / 100), "--iterations", "3000", "--learning-rate", "0.01", *RIDGE),
            x=forcing, group=start)
        for start in ("ridge", "random") for loss in ("squared", "crossentropy")
        for forcing in (0, 25, 50, 75, 100))


def ridges(methods, decades):
    return tuple(
        Fit(method, (*without(SOLVERS[method], "--force-gain"), "--start", "ridge", "--lambda",
                     f"1e{decade}"), x=10.0 ** decade)
        for decade in decades for method in methods)


# The small sizes stop a rival so soon that all of them end in an hour, whatever the machine: the
# limits add up to 63 minutes.
STUDIES = {study.name: study for study in (
    Study(
        "solvers", "Solvers, all from the ridge",
        "noise of 0.01 in the currents, 0.0001 in the rates",
        {"small": Size(200, 3000, 3, 0.5), "published": Size(200, 3000, 100, 30)},
        noise(1e-2, 1e-4), solvers(), bar=0.965, published=(
            Published("cornn", "measured", 0.988, seconds=0.14),
            Published("newton", "measured", 0.994, seconds=0.60),
            Published("newton-weighted", "measured", 0.989, seconds=0.63),
            Published("adam", "measured", 0.995, seconds=38.6),
            Published("adam-squared", "measured", 0.982, seconds=5.7),
            Published("force-rates", "measured", 0.915),
            Published("force-currents", "measured", 0.890))),
    Study(
        "solvers-noisy", "Solvers under more noise, all from the ridge",
        "noise of 0.1 in the currents, 0.00001 in the rates",
        {"small": Size(200, 3000, 2, 0.5), "published": Size(200, 3000, 100, 30)},
        noise(1e-1, 1e-5), solvers(), bar=0.965, published=(
            Published("cornn", "measured", 0.975), Published("newton", "measured", 0.949),
            Published("adam-squared", "measured", 0.859),
            Published("force-rates", "measured", 0.946))),
    Study(
        "random-start", "Solvers from the ridge and from a random start",
        "noise of 0.01 in the currents, 0.0001 in the rates",
        {"small": Size(200, 3000, 2, 0.4), "published": Size(500, 10_000, 10, 60)},
        noise(1e-2, 1e-4), solvers() + solvers("random"), bar=0.965, published=(
            Published("cornn", "measured", 0.990, seconds=1.1),
            Published("cornn", "measured", 0.965, group="random", seconds=53),
            Published("newton", "measured", 0.985, group="random", seconds=49),
            Published("adam", "measured", 0.986, group="random", seconds=225))),
    Study(
        "ridge", "How much the ridge counts",
        "noise of 0.01 in the currents, 0.0001 in the rates",
        {"small": Size(200, 3000, 2, 0.2), "published": Size(200, 3000, 100, 30)},
        noise(1e-2, 1e-4),
        ridges(("cornn", "newton", "force-rates", "force-currents"), range(-10, -2)),
        bar=0.965, axis="ridge a frame (lambda)", is_logarithmic=True, published=(
            Published("cornn", "read off", points=(
                *((10.0 ** decade, 0.98) for decade in range(-10, -3)), (1e-3, 0.93))),)),
    Study(
        "through-time", "Backpropagation through time with forcing",
        "alpha 0.9, noise of 0.01 in the currents, 0.0001 in the rates",
        {"small": Size(100, 100, 2, 0.2), "published": Size(100, 100, 100, 30)},
        (*noise(1e-2, 1e-4), "--alpha", "0.9"), through_time(), bar=0.965,
        axis="steps forced (%)", published=(
            Published("random start, least", "measured", points=((0, 0.17), (25, 0.72), (100, 0.72))),
            Published("random start, most", "measured", points=((25, 0.79), (100, 0.79))),
            Published("ridge alone", "measured", points=((0, 0.53), (100, 0.53))))),
    Study(
        "impulses", "Impulses in the rates: the loss decides",
        "impulses with a probability of 0.01 a frame in the currents, of 0.1 in the rates",
        {"small": Size(200, 1500, 2, 0.4), "published": Size(200, 1500, 100, 30)},
        (*noise(1e-2, 0.1, "poisson"), "--input-noise-kind", "poisson"),
        # Impulses carry rates beyond 1.
        solvers(flags=(*RIDGE, "--scale", "none")), bar=0.99, published=(
            Published("cornn", "read off", 1.0), Published("newton-weighted", "read off", 1.0),
            Published("newton", "read off", 0.35), Published("adam", "read off", 0.5),
            Published("force-rates", "read off", 0.35))),
    Study(
        "headline", "The largest study: impulses in the rates",
        "noise of 0.01 in the currents, impulses in the rates with a probability of 0.001 a frame",
        {"small": Size(1000, 6000, 1, 0.75), "published": Size(5000, 30_000, 1, 60)},
        noise(1e-2, 1e-3, "poisson"), solvers(), bar=0.93, published=(
            Published("cornn", "read off", 0.93, seconds=27),
            Published("adam-squared", "read off", 0.66), Published("adam", "read off", 0.74),
            Published("force-rates", "read off", 0.42))),
)}
