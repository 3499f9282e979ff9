"""Command line of Scripts/bench: which cases, at which size, and where results go."""
import argparse
import datetime
import os
import platform
import subprocess

from . import (
    choices,
    constrained,
    currents,
    expectation,
    follow,
    headline,
    learning,
    nulls,
    peer,
    perturbation,
    plan,
    precision,
    program,
    recordings,
    refinement,
    results,
    rivals,
    scaling,
    selection,
    sofo,
    whole,
)


def cases(quick, runs, peer_runs, against, limit):
    """Name: a call that gives the rows of a table and a sentence on them."""
    threads = os.cpu_count()

    def small(full, reduced):
        return reduced if quick else full

    tiny = {"hidden": 16, "tangents": 8, "batch": 8, "steps": 8}
    return {
        "peer-1000": lambda: peer.compare(
            *small((1000, 10000, 100), (100, 1000, 10)), runs, peer_runs, threads),
        "peer-4000": lambda: peer.compare(
            *small((4000, 1500, 30), (200, 100, 5)), runs, peer_runs, threads),
        "whole-10000": lambda: whole.small(
            *small((10000, 2000), (200, 200)), runs, against),
        "whole-50000": lambda: whole.factored(
            recordings.sparse, *small((50_000, 1000), (300, 100)), runs, against),
        "whole-100000": lambda: whole.factored(
            recordings.low_rank, *small((100_000, 1000), (300, 100)), runs, against),
        "headline": lambda: headline.compare(
            *small((5000, 30_000, limit), (50, 500, 5)), runs),
        "precision": lambda: precision.compare(
            small(precision.CASES, [(60, 30, 1e-3, "crossentropy", "gaussian"),
                                    (30, 150, 1e-5, "robust", "poisson")])),
        "selection": lambda: selection.compare(
            small(((300, 1200), (1000, 2000)), ((20, 80),)), runs),
        "constrained": lambda: constrained.compare(
            *small((4000, 1500, 8, (1e-3, 1e-5)), (60, 100, 3, (1e-3,))), runs, against),
        "ranks-4000": lambda: scaling.ranks(*small((4000, 1500), (200, 200)), runs),
        "cost-neurons": lambda: scaling.cost(
            [(n, 500) for n in small((1000, 2000, 5000, 10000, 20000), (100, 200))], "N", 1),
        "cost-frames": lambda: scaling.cost(
            [(4000, t) for t in (500, 1000, 2000, 4000)] if not quick
            else [(200, t) for t in (100, 200)], "T", 2),
        "sofo-lorenz": lambda: sofo.against_jax(
            "lorenz", small(sofo.LORENZ, tiny), small(12, 3), runs, threads),
        "sofo-rnn": lambda: sofo.against_jax(
            "rnn", small(sofo.RNN, tiny), small(6, 3), runs, threads),
        "sofo-ranks": lambda: sofo.ranks(
            (("lorenz", small(sofo.LORENZ, tiny)), ("rnn", {**small(sofo.RNN, tiny), "steps": 64})),
            small(10, 3), runs),
        "sofo-cost": lambda: sofo.cost(
            {**small(sofo.RNN, tiny), "steps": 64},
            [("steps", "T", 1, small((32, 128, 512), (8, 16))),
             ("tangents", "K", 1, small((32, 64, 128, 256), (4, 8))),
             ("hidden", "n", 2, small((64, 128, 256, 512), (8, 16)))], small(5, 3)),
        "sofo-memory": lambda: sofo.memory(
            small(sofo.RNN, tiny), small((32, 128, 512, 2048), (8, 16)), 3),
        **({} if quick else {
            "learning-lorenz": learning.lorenz_step,
            "learning-lorenz-end": learning.lorenz_end,
            "learning-lorenz-published": learning.lorenz_published,
            "learning-flipflop": learning.flipflop,
            "learning-kalman": learning.kalman}),
        "rivals": lambda: rivals.compare(*small((), (rivals.QUICK, (1, 2)))),
        "plan": lambda: plan.compare(
            plan.SIZES if not quick else [("dual", 200, 100), ("primal", 60, 400)],
            (1, 2), runs),
        "oracle": lambda: choices.oracle(*small(
            (300, [*((t, "gaussian", 1e-3) for t in (150, 300, 1200, 3000)),
                   (1800, "poisson", 1e-3)]),
            (30, [(60, "gaussian", 1e-3)]))),
        "losses": lambda: choices.losses(*small(
            (500, 3000, [*(("gaussian", level) for level in (1e-3, 1e-2, 1e-5, 0)),
                         ("poisson", 1e-3)]),
            (30, 100, [("gaussian", 1e-3)]))),
        "perturbation": lambda: perturbation.compare(
            *small((100, (300, 1000, 3000), range(101, 106), 1000),
                   (20, (100,), range(101, 103), 50)), runs),
        "expectation": lambda: expectation.compare(
            *small((100, (300, 1000, 3000), (1.5, 3), range(201, 203)), (20, (100,), (3,), (201,)))),
        "nulls": lambda: nulls.false_positives(
            small(nulls.FALSE, nulls.FALSE[-1:]), *small((4, 40, 1250), (1, 12, 200))),
        "nulls-power": lambda: nulls.power(
            small(nulls.POWER, [(200, 0.1, 1e-3)]), *small((2, 40), (1, 12))),
        "nulls-cost": lambda: nulls.cost(
            small(((100, 2000), (300, 2000), (1000, 2000)), ((20, 100),))),
        "currents": lambda: currents.compare(
            small(currents.CASES, [(0.01, ("--lambda", 1e-3))]),
            *small((2, 300, 1200), (1, 30, 200))),
        "follow": lambda: follow.latencies(small(follow.SIZES, [(20, 50, 30, 3)])),
        "follow-streams": lambda: follow.disturbed(quick),
        "follow-batch": lambda: follow.against_batch(follow.recorded(quick)),
        **({"real": lambda: choices.real(os.environ["GANGLION_DATA"]),
            "refinement": lambda: refinement.compare(os.environ["GANGLION_DATA"])}
           if "GANGLION_DATA" in os.environ else {}),
    }


def machine():
    """One line on the machine, one on the kernels that are used."""
    with open("/proc/cpuinfo") as file:
        model = next(line.split(":")[1].strip() for line in file if line.startswith("model name"))
    doctor = program.run("doctor", threads=os.cpu_count()).text
    told = [line.strip() for line in doctor.splitlines() if line.startswith(("BLAS", "products"))]
    return "; ".join(
        [f"{os.cpu_count()} cores of {model}", platform.system() + " " + platform.release(), *told])


def command(name, against):
    """What measures a case again; of the older program its name, as its folder is of one machine."""
    older = f"--against {os.path.basename(against)} " if against else ""
    return f"Scripts/bench {older}{name}"


def revision():
    """The commit that is measured; `-dirty` where anything but results differs from it."""
    def git(*arguments):
        return subprocess.run(["git", *arguments], capture_output=True, text=True).stdout.strip()

    changes = git("status", "--porcelain", "--untracked-files=no", "--", ".", f":!{results.FOLDER}")
    return git("describe", "--always") + ("-dirty" if changes else "")


def main():
    parser = argparse.ArgumentParser(prog="Scripts/bench")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--peer-runs", type=int, help="default: as many as --runs")
    parser.add_argument("--against", metavar="PROGRAM")
    parser.add_argument("--limit", type=float, default=3600)
    parser.add_argument("cases", nargs="*", metavar="CASE")
    options = parser.parse_args()
    runs = 1 if options.quick else options.runs
    available = cases(options.quick, runs, options.peer_runs or runs, options.against,
                      options.limit)
    for name in options.cases:
        if name not in available:
            parser.error(f"no case {name}; there are {' '.join(available)}")
    about = machine()
    print(about)
    measured = revision()
    for name in options.cases or available:
        rows, note = available[name]()
        details = {
            "case": name, "command": command(name, options.against),
            "date": datetime.date.today().isoformat(), "revision": measured, "machine": about,
            "note": note}
        print(f"\n== {name}\n{results.text(rows, details)}", flush=True)
        if not options.quick:
            results.record(name, rows, details)


main()
