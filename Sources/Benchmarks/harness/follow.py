"""`ganglion follow`: latencies, streams that are not whole, and the batch fit of the same window."""
import csv
import glob
import json
import os
import shutil
import statistics
import subprocess
import sys
import time

import h5py
import numpy as np

from . import program, recordings
from .sender import framed

# Neurons, transitions of the window, frames a second, seconds that are measured.
SIZES = [(300, 1000, 30, 60), (1000, 500, 30, 60), (2000, 1000, 10, 60), (4000, 1000, 3, 100)]
GENERATED = ("--alpha", "0.1", "--lambda", "1e-3", "--scale", "none")


def file(name):
    os.makedirs(recordings.FOLDER, exist_ok=True)
    return f"{recordings.FOLDER}/follow-{name}"


def fresh(*names):
    paths = [file(name) for name in names]
    for path in paths:
        if os.path.exists(path):
            os.remove(path)
    return paths


def events(log, name):
    with open(log) as lines:
        return [event for event in map(json.loads, lines) if event["event"] == name]


def command(source, model, log, rate, warmup, window, *flags):
    """The command that follows; the warm-up is given in frames."""
    return [program.PROGRAM, "follow", source, "-o", model, "--log", log, "--warmup", str(warmup / rate),
            "--window", str(window), "--threads", "1", "--quiet", *map(str, flags)]


# MARK: latencies


def latencies(sizes):
    """From the arrival of a frame to its forecast, frames from a sender of its own."""
    rows = [["neurons, window, rate", "frames", "lost", "p50, ms", "p95, ms", "p99, ms", "longest, ms",
             "sweep, median frames", "frame lasts, ms", "load"]]
    for neurons, window, rate, seconds in sizes:
        warmup = window + window // 10
        frames = warmup + rate * seconds
        recording = recordings.generated(f"chaotic-{neurons}-{frames}", "chaotic", neurons, frames)
        traces, model, log = fresh("rates.npy", "model.h5", "run.jsonl")
        with h5py.File(recording) as source:
            np.save(traces, np.asarray(source["rates"], dtype=np.float32))
        load = os.getloadavg()[0]
        sender = subprocess.Popen(
            [sys.executable, "-m", "harness.sender", traces, str(rate), str(warmup)],
            stdout=subprocess.PIPE)
        subprocess.run(command("-", model, log, rate, warmup, window, "--framed", *GENERATED),
                       stdin=sender.stdout, check=True)
        sender.wait()
        end, = events(log, "ended")
        sweeps = [status["sweep_frames"] for status in events(log, "status") if status.get("sweep_frames")]
        # Without one frame that did not wait for the warm-up there is no latency.
        shown = [f"{ms:.3g}" for ms in end.get("latency_ms") or 4 * [float("nan")]]
        rows.append([f"{neurons:,}, {window:,}, {rate} Hz", f"{end['frames'] - warmup:,}",
                     str(end["lost"]), *shown, f"{statistics.median(sweeps or [0]):.0f}",
                     f"{1000 / rate:.0f}", f"{load:.1f}"])
    return rows, (
        "Generated networks, whose W is real work: a weak ridge. The frames of the warm-up come at once, "
        "the others at the rate; forecasts of 10 frames for all cells, a snapshot every 5 s, one BLAS "
        "thread. Measured are the frames since the run has caught up with those of its warm-up.")


# MARK: streams that are not whole


def scaled(rates, first):
    """Rates in (-1, 1), by mean and deviation of the first frames."""
    return np.tanh((rates - rates[:first].mean(0)) / rates[:first].std(0)).astype(np.float32)


def disturbances(rates, first, seed=7):
    """Name: frames (number, values) as they come, and flags for them; disturbed from `first` on."""
    random = np.random.default_rng(seed)
    count, cells = rates.shape
    every = np.arange(count)
    late = every > first
    whole = [(t, rates[t]) for t in every]
    dropped = every[~(late & (random.random(count) < 0.05))]
    repeats = late & (random.random(count) < 0.05)
    repeated = np.repeat(every, 1 + repeats)
    order = list(every)
    t = first
    while t < count - 4:
        if random.random() < 0.02:
            order[t:t + 3] = [order[t + 1], order[t + 2], order[t]]
            t += 2
        t += 1

    def missing(share):
        some = rates.copy()
        some[(random.random(rates.shape) < share) & late[:, None]] = np.nan
        return [(t, some[t]) for t in every]

    def absent(where):
        some = rates.copy()
        some[where, random.permutation(cells)[:max(1, cells // 10), None]] = np.nan
        return [(t, some[t]) for t in every]

    half = (first + count) // 2
    return {
        "none": (whole, ()),
        "5 % dropped, by their numbers": ([(t, rates[t]) for t in dropped], ()),
        "5 % dropped, unnoticed": ([(k, rates[t]) for k, t in enumerate(dropped)], ()),
        "5 % repeated, with their numbers": ([(t, rates[t]) for t in repeated], ()),
        "5 % repeated, unnoticed": ([(k, rates[t]) for k, t in enumerate(repeated)], ()),
        "2 % late by two frames": ([(t, rates[t]) for t in order], ()),
        "2 % late, `--reorder 3`": ([(t, rates[t]) for t in order], ("--reorder", 3)),
        **{f"{share} % of values missing": (missing(share / 100), ()) for share in (1, 5, 20)},
        "10 % of cells vanish half-way": (absent(np.arange(half, count)), ()),
        "10 % of cells come half-way": (absent(np.arange(half)), ()),
        "a header's number damaged": (
            [(t + (1 << 62) * (t == half), rates[t]) for t in every], ()),
    }


COUNTS = ("lost", "gaps", "repeats", "identical", "late", "missing_cells", "alarms")


def streams(rates, window, flags):
    """Forecasts and weights where a stream is not whole, against those of the whole one."""
    rows = [["disturbance", "error one frame ahead / persistence",
             "W at the end against that of the whole stream", "told"]]
    whole = None
    for name, (frames, own) in disturbances(rates, window).items():
        model, log = fresh("model.h5", "run.jsonl")
        data = b"".join(framed(values, int(number), float(number)) for number, values in frames)
        subprocess.run(
            command("-", model, log, 1, window, window, "--framed", "--scale", "none", *flags, *own),
            input=data, check=True)
        end, = events(log, "ended")
        with h5py.File(model) as found:
            weights = np.asarray(found["W"])
        whole = weights if whole is None else whole
        distance = np.linalg.norm(weights - whole) / np.linalg.norm(whole)
        told = [f"{end[key]} {key.replace('_', ' ')}" for key in COUNTS if end[key]]
        told += [f"{end['nan']:.3f} of values missing"] if end["nan"] else []
        rows.append([name, f"{1 - end['skill_1']:.4f}", f"{100 * distance:.1f} %", ", ".join(told)])
    return rows, (
        f"{rates.shape[1]} neurons, {len(rates):,} frames, a window of {window:,} transitions; disturbed "
        "after its first frames; through a pipe, as fast as it is taken, so without a sweep. `ganglion "
        f"follow - --framed --scale none {' '.join(flags)}`.")


def noisy(neurons, frames):
    """Rates of a generated network with noise in its currents and in what is seen."""
    recording = recordings.generated(f"noisy-{neurons}-{frames}", "chaotic", neurons, frames,
                                     "--input-noise", 0.1, "--noise", "gaussian", "--output-noise", 0.01)
    with h5py.File(recording) as source:
        return np.asarray(source["rates"], dtype=np.float32)


def disturbed(quick):
    """The zebrafish where it is there, else a generated network."""
    if quick or "GANGLION_DATA" not in os.environ:
        rates, window = (noisy(10, 300), 60) if quick else (noisy(100, 4000), 1000)
        return streams(rates, window, ("--alpha", "0.1", "--lambda", "1e-2"))
    rates = scaled(zebrafish(os.environ["GANGLION_DATA"]), 1000)
    return streams(rates, 1000, ("--alpha", "0.3", "--lambda", "0.03"))


def zebrafish(folder):
    """Time, cell of the recording of Triplett et al. (2018)."""
    path, = glob.glob(f"{folder}/**/*activity_matrix.csv", recursive=True)
    with open(path) as source:
        return np.array([[float(x) for x in line] for line in csv.reader(source)]).T


def worm(folder):
    """Time, cell of the recording of Atanas et al. (2023)."""
    path, = glob.glob(f"{folder}/**/time_trace.json", recursive=True)
    with open(path) as source:
        return np.array([values for _, values in json.load(source)], dtype=float)


# MARK: against the batch fit of the same window


def batch(rates, leak, ridge, name="batch.h5"):
    """W, b of a fit of all transitions between these frames, to the end."""
    part, model = fresh("window.h5", name)
    with h5py.File(part, "w") as target:
        target["traces"] = rates.astype(np.float64)
    program.run("fit", part, "-o", model, "--time-axis", 0, "--scale", "none", "--alpha", leak, "--lambda",
                ridge, "--holdout", 0, "--precision", "double", "--tolerance", 1e-8, "--iterations", 5000)
    with h5py.File(model) as found:
        return np.asarray(found["W"]), np.asarray(found["b"])


def recorded(quick):
    """Name, rates, window, frames a second, flags."""
    if quick:
        return [("generated", noisy(10, 300), 60, 60, ("--alpha", "0.1", "--lambda", "1e-2"))]
    if "GANGLION_DATA" not in os.environ:
        return [("generated", noisy(100, 4000), 1000, 30, ("--alpha", "0.1", "--lambda", "1e-2"))]
    fish, animal = zebrafish(os.environ["GANGLION_DATA"]), worm(os.environ["GANGLION_DATA"])
    return [("zebrafish", fish, 1000, 30, ("--alpha", "0.3", "--lambda", "0.03")),
            ("worm, leak and ridge chosen", animal, 500, 30, ("--alpha", "auto", "--lambda", "auto"))]


def against_batch(cases, every=2.0):
    """W of snapshots, and the forecasts made with them, against a converged fit of their windows."""
    rows = [["recording", "neurons, window, rate", "alpha, λ", "snapshots", "sweep, median frames",
             "W against the fit: median, largest", "error of forecasts / that of the fit's",
             "error / persistence, all frames"]]
    for name, rates, window, rate, flags in cases:
        rates = scaled(rates, window)
        traces, model, log, lines = fresh("rates.npy", "model.h5", "run.jsonl", "forecasts.jsonl")
        np.save(traces, rates)
        sender = subprocess.Popen(
            [sys.executable, "-m", "harness.sender", traces, str(rate), str(window)],
            stdout=subprocess.PIPE)
        follower = subprocess.Popen(
            command("-", model, log, rate, window, window, "--framed", "--scale", "none", "--snapshot",
                    every, "--forecast-out", lines, *flags), stdin=sender.stdout)
        copies, seen = [], None
        while follower.poll() is None:
            time.sleep(0.05)
            stamp = os.stat(model).st_ino if os.path.exists(model) else None
            if stamp != seen and stamp is not None:
                seen = stamp
                copies.append(file(f"snapshot-{len(copies)}.h5"))
                shutil.copy(model, copies[-1])
        if follower.returncode or sender.wait():
            raise SystemExit(f"{name}: exit code {follower.returncode}")
        statuses = events(log, "status")
        # Frames that came during the warm-up are taken as fast as they can be, without a sweep.
        level = next(s["frame"] for s in statuses if s["lag_frames"] == 0) + window // 5
        forecasts = {line["frame"]: line["values"][0] for line in events(lines, "forecast")}
        distances, own, fits = [], 0.0, 0.0
        # The last one is solved to the end before it is written.
        for path in copies[:-1]:
            with h5py.File(path) as found:
                weights, frame = np.asarray(found["W"]), int(found["live/frame"][()])
                leak, ridge = float(found.attrs["alpha"]), float(found.attrs["lambda"])
            os.remove(path)
            if frame < level or frame + 1 >= len(rates):
                continue
            best, bias = batch(rates[frame - window:frame + 1], leak, ridge)
            distances.append(np.linalg.norm(weights - best) / np.linalg.norm(best))
            now, after = rates[frame], rates[frame + 1]
            own += ((np.array(forecasts[frame]) - after) ** 2).sum()
            fits += (((1 - leak) * now + leak * np.tanh(best @ now + bias) - after) ** 2).sum()
        os.remove(copies[-1])
        end, = events(log, "ended")
        sweeps = [s["sweep_frames"] for s in statuses if s.get("sweep_frames")]
        rows.append([name, f"{rates.shape[1]}, {window:,}, {rate:g} Hz", f"{leak:g}, {ridge:g}",
                     str(len(distances)), f"{statistics.median(sweeps or [0]):.0f}",
                     f"{100 * statistics.median(distances):.3f} %, {100 * max(distances):.3f} %",
                     f"{own / fits:.4f}",
                     f"{1 - end['skill_1']:.3f} (linear {1 - end['linear_skill_1']:.3f})"])
    return rows, (
        f"Frames from a sender of its own, a snapshot every {every:g} s; each but the last beside "
        "`ganglion fit --tolerance 1e-8` of the transitions of its window, and its forecast of the next "
        "frame beside that fit's, errors summed over snapshots.")
