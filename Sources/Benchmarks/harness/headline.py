"""The largest published study, again: a dense network under impulses, W to a correlation of .93."""
import itertools
import os

from . import peer, program, recordings
from .scaling import fit_arguments
from .statistics import median

BAR = 0.93


def compare(neurons, frames, limit, runs):
    """Rows of a table and its note; the published map stops at the bar or after `limit` s."""
    recording = recordings.headline(neurons, frames)
    rivals = [
        named("numpy, the published map", peer.peer(
            recording, 10_000, os.cpu_count(), ("--until", BAR, "--limit", limit))),
        weighted(recording, limit)]
    rows = [["fit", "iterations", "set-up and iterations, s", "whole command, s",
             "memory, GB", "planned, GB", "Pearson of W", "held-out error", "load average"]]
    rows += [ours(recording, loss, runs) for loss in ("auto", "robust")]
    return rows + rivals, (
        f"{neurons} neurons, {frames} fitted frames and a quarter of them held out, lambda "
        f"{peer.RIDGE:g} a frame. Medians of {runs} runs on {os.cpu_count()} ranks of a thread, "
        f"the rivals once; they stop at a Pearson correlation of {BAR} or after {limit} s.")


def fit(recording, *flags, sample=True):
    """One run, and the correlation and the held-out error of its model."""
    model = f"{recordings.FOLDER}/model.h5"
    done = program.run(
        *arguments(recording, *flags), "-o", model, ranks=os.cpu_count(), sample=sample)
    return done, *peer.quality(model, recording)


def arguments(recording, *flags):
    """The later of two --loss counts, so flags may name one."""
    general = list(fit_arguments(recording, ridge=peer.RIDGE))
    place = general.index("--loss")
    return general[:place] + general[place + 2:] + list(flags)


def ours(recording, loss, runs):
    flags = ("--loss", loss)
    fits = [fit(recording, *flags) for _ in range(runs)]
    plan = program.plan(*arguments(recording, *flags), ranks=os.cpu_count())
    done = [one[0] for one in fits]
    return [
        f"ganglion, --loss {loss}", f"{done[0].figure('most iterations'):.0f}",
        f"{median(map(computing, done)):.1f}", f"{median(one.seconds for one in done):.1f}",
        f"{max(one.memory for one in done) / 1e9:.2f}", f"{plan.memory / 1e9:.2f}",
        f"{fits[0][1]:.4f}", f"{fits[0][2]:.3e}", f"{max(one.load for one in done):.1f}"]


def computing(done):
    """Set-up and iterations, and the choice of a loss where there is one."""
    return peer.computing(done) + done.phases.get("select", (0,))[0]


def weighted(recording, limit):
    """The published dropping rule with our solver: ever more iterations until the bar."""
    for power in itertools.count():
        iterations = 8 * 4 ** power
        done, pearson, error = fit(recording, "--loss", "weighted", "--iterations", iterations)
        taken = done.figure("most iterations")
        if pearson >= BAR or taken < iterations or 4 * done.seconds > limit:
            break
    return [
        "ganglion, --loss weighted", f"{taken:.0f}", f"{computing(done):.1f}",
        f"{done.seconds:.1f}", f"{done.memory / 1e9:.2f}", "", f"{pearson:.4f}", f"{error:.3e}",
        f"{done.load:.1f}"]


def named(name, result):
    last = result["curve"][-1]
    return [
        f"{name}, {result['numpy']} with {result['kernels']} kernels", f"{last['iteration']}",
        f"{result['total_seconds']:.1f}", "", f"{result['peak_bytes'] / 1e9:.2f}", "",
        f"{last['pearson']:.4f}", f"{last['held_out_mse']:.3e}", f"{result['load']:.1f}"]
