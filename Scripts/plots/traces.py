"""Held-out traces against what the model predicts.

From /prediction/{recorded,one_step} (time, neuron) when the model has them; otherwise
computed from the recording named by its attribute `input_file`, when that is a ganglion
recording, or an HDF5 file whose dataset the configuration names, and still there.
"""
from dataclasses import dataclass

import h5py
import numpy as np

from .reading import array, beside, configuration, setting, text
from .style import PALETTE, counted

SHOWN_FRAMES = 300
SHOWN_NEURONS = 5
# Neurons up to which the network is run on here: the work is of their square, every frame.
MOST_RUN = 2000
# What only Ganglion does to traces, or knows of them.
OURS = ("neuropil", "low-pass", "trials", "bin")
# What a dataset's attributes may say of its numbers, and where they say nothing.
CALIBRATION = {"conversion": 1, "offset": 0, "scale_factor": 1, "add_offset": 0}


@dataclass
class Prediction:
    times: np.ndarray
    has_clock: bool
    is_held_out: bool
    neurons: int
    labels: list
    recorded: np.ndarray
    one_step: np.ndarray
    free: np.ndarray | None


def load(file):
    """The prediction to show, or None."""
    chosen = typical_neurons(file)
    if "prediction/recorded" in file and "prediction/one_step" in file:
        recorded = np.asarray(file["prediction/recorded"][:SHOWN_FRAMES])
        columns = np.arange(min(SHOWN_NEURONS, recorded.shape[1]))
        free = array(file, "prediction/free_running")
        dt = setting(file, "dt")
        return Prediction(
            np.arange(len(recorded)) * (dt or 1), dt is not None, True,
            file["prediction/recorded"].shape[1], [f"{c}" for c in columns],
            recorded[:, columns], np.asarray(file["prediction/one_step"][:SHOWN_FRAMES])[:, columns],
            None if free is None else free[:SHOWN_FRAMES, columns])
    alpha = array(file, "alpha")
    if alpha is None:
        alpha = setting(file, "alpha")
    path = beside(file, text(file.attrs.get("input_file", "")))
    if alpha is None or path is None or not h5py.is_hdf5(path):
        return None
    settings = configuration(file)
    if any(name in settings for name in OURS):
        return None
    with h5py.File(path) as source:
        traces = plain_traces(source, settings)
        if traces is None:
            return None
        inputs = array(source, "inputs") if "W_in" in file else None
        turned = str(settings.get("time-axis", "0")) == "1"
        neurons = file["W"].shape[0]
        if traces.shape[0 if turned else 1] != neurons or ("W_in" in file and inputs is None):
            return None
        frames = traces.shape[1 if turned else 0]
        if "time" in file and len(file["time"]) != frames:  # resampled
            return None
        first, last, is_held_out = shown_frames(frames, setting(file, "holdout"))
        if last <= first:
            return None
        part = traces[:, first:last + 1].T if turned else traces[first:last + 1]
    rates = scaled(file, np.asarray(part, dtype=np.float64), first)
    return computed(
        file, rates, None if inputs is None else inputs[first:last], alpha, chosen, is_held_out)


def plain_traces(source, settings):
    """The dataset of the traces, or None where frames are of several trials, or numbers coded."""
    item = source.get(settings.get("traces") or "rates")
    if isinstance(item, h5py.Group):  # a series of NWB
        item = item.get("data")
    if not isinstance(item, h5py.Dataset) or item.ndim != 2:
        return None
    if {"_FillValue", "missing_value"} & set(item.attrs) or "channel_conversion" in item.parent:
        return None
    if any(np.any(item.attrs.get(name, usual) != usual) for name, usual in CALIBRATION.items()):
        return None
    return None if len(source.get("trial_start", ())) > 1 else item


def shown_frames(frames, holdout):
    """First and last frame to show, and whether they were kept from the fit."""
    held = int((0.2 if holdout is None else holdout) * frames)
    first = frames - held if held >= 2 else 0
    return first, min(first + SHOWN_FRAMES, frames - 1), held >= 2


def scaled(file, rates, first):
    """The recorded values from a frame on as the fit saw them, rates in (-1, 1)."""
    kind = text(file.attrs.get("scaling", "none"))
    baseline = array(file, "preprocessing/baseline")
    offset, drift, scale = (
        array(file, f"preprocessing/{name}") for name in ("offset", "drift", "scale"))
    if offset is None or drift is None or scale is None:
        return rates
    if baseline is not None:
        rates = rates / (baseline[first:first + len(rates)] if baseline.ndim == 2 else baseline) - 1
    frames = first + np.arange(len(rates))[:, None]
    rates = (rates - offset - drift * frames) / scale
    if kind == "none":
        return rates
    return np.tanh(rates) if "tanh" in kind else np.clip(rates, -0.999, 0.999)


def computed(file, rates, inputs, alpha, chosen, is_held_out):
    """One step ahead for the chosen neurons, and the free run where it is little work."""
    neurons = rates.shape[1]
    runs_free = neurons <= MOST_RUN
    # Rows of a dataset are read in rising order.
    rows = slice(None) if runs_free else np.sort(chosen)
    W = np.asarray(file["W"][rows], dtype=np.float64)
    alpha = np.broadcast_to(alpha, neurons)
    b = array(file, "b")
    drive = np.zeros((len(rates) - 1, len(W))) + (0 if b is None else b[rows])
    if inputs is not None:
        drive = drive + inputs @ np.asarray(file["W_in"][rows], dtype=np.float64).T
    before = np.nan_to_num(rates[:-1])
    one_step = (1 - alpha[rows]) * before[:, rows] + alpha[rows] * np.tanh(before @ W.T + drive)
    free, state = np.zeros_like(before), before[0]
    for t in range(len(free) if runs_free else 0):
        state = (1 - alpha) * state + alpha * np.tanh(W @ state + drive[t])
        free[t] = state
    dt = setting(file, "dt")
    places = chosen if runs_free else np.searchsorted(rows, chosen)
    return Prediction(
        np.arange(1, len(rates)) * (dt or 1), dt is not None, is_held_out, neurons,
        neuron_labels(file, chosen), rates[1:, chosen], one_step[:, places],
        free[:, chosen] if runs_free else None)


def neuron_labels(file, chosen):
    names, skill = file["neuron"], array(file, "score/skill")
    return [
        f"{text(names[i])}\nskill {skill[i]:.2f}" if skill is not None else text(names[i])
        for i in chosen]


def typical_neurons(file):
    """Neurons at equal steps of skill, best first."""
    values = array(file, "score/skill")
    if values is None or not np.isfinite(values).any():
        values = np.arange(file["W"].shape[0], dtype=np.float64)
    usable = np.flatnonzero(np.isfinite(values))
    order = usable[np.argsort(-values[usable])]
    picks = np.linspace(0, len(order) - 1, min(SHOWN_NEURONS, len(order))).round().astype(int)
    return order[picks]


def draw(figure, cell, prediction):
    axes = figure.add_subplot(cell)
    finite = prediction.recorded[np.isfinite(prediction.recorded)]
    step = 1.15 * (np.ptp(finite) or 1)
    for i in range(len(prediction.labels)):
        base = -i * step
        lines = (
            (prediction.recorded, PALETTE["recorded"], 1.4, "-", "recorded"),
            (prediction.one_step, PALETTE["network"], 0.9, "-", "network, one step ahead"),
            (prediction.free, PALETTE["network"], 1.1, (0, (4, 2)),
             "network, free-running from the start"),
        )
        for values, color, width, dash, name in lines:
            if values is not None:
                axes.plot(
                    prediction.times, np.clip(values[:, i], finite.min(), finite.max()) + base,
                    color=color, linewidth=width, linestyle=dash, label=name if i == 0 else None)
    middle = (finite.min() + finite.max()) / 2
    axes.set_yticks([middle - i * step for i in range(len(prediction.labels))])
    axes.set_yticklabels(prediction.labels)
    axes.tick_params(left=False)
    shown = len(prediction.labels)
    count = f"{shown} of {prediction.neurons:,} neurons" if shown < prediction.neurons else (
        counted(shown, "neuron"))
    order = ", best first" if any("skill" in label for label in prediction.labels) else ""
    axes.set(
        title=f"{counted(len(prediction.times), 'frame')} "
              f"{'held out' if prediction.is_held_out else 'of the fit'}, {count}{order}",
        xlabel="time (s)" if prediction.has_clock else "frame")
    axes.spines["left"].set_visible(False)
    axes.margins(x=0)
    axes.legend(ncols=3, loc="lower right", bbox_to_anchor=(1, 1.0))
