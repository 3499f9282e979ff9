"""Held-out traces against what the model predicts.

From /prediction/{recorded,one_step} (time, neuron) when the model has them; otherwise
computed from the recording named by its attribute `input_file`, when that is a ganglion
recording, or an HDF5 file whose dataset the configuration names, and still there.
"""
from dataclasses import dataclass

import h5py
import numpy as np

from .reading import array, beside, configuration, setting, text
from .style import INK, MODEL, OTHER, plt

SHOWN_FRAMES = 300
SHOWN_NEURONS = 5


@dataclass
class Prediction:
    seconds: np.ndarray
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
        return Prediction(
            np.arange(len(recorded)) * (setting(file, "dt") or 1),
            [f"{c}" for c in columns], recorded[:, columns],
            np.asarray(file["prediction/one_step"][:SHOWN_FRAMES])[:, columns],
            None if free is None else free[:SHOWN_FRAMES, columns])
    alpha = setting(file, "alpha")
    path = beside(file, text(file.attrs.get("input_file", "")))
    if alpha is None or path is None or not h5py.is_hdf5(path):
        return None
    settings = configuration(file)
    if "neuropil" in settings or "low-pass" in settings:
        return None  # only Ganglion does these
    with h5py.File(path) as source:
        name = settings.get("traces") or ("rates" if "rates" in source else None)
        if name is None or name not in source or source[name].ndim != 2:
            return None
        rates = np.asarray(source[name], dtype=np.float64)
        inputs = array(source, "inputs") if "W_in" in file else None
    neurons = file["W"].shape[0]
    if str(settings.get("time-axis", "0")) == "1":
        rates = rates.T
    if rates.shape[1] != neurons or ("W_in" in file and inputs is None):
        return None
    return computed(file, rates, inputs, alpha, chosen)


def scaled(file, rates):
    """The recorded values as the fit saw them, rates in (-1, 1)."""
    kind = text(file.attrs.get("scaling", "none"))
    baseline = array(file, "preprocessing/baseline")
    offset, drift, scale = (
        array(file, f"preprocessing/{name}") for name in ("offset", "drift", "scale"))
    if offset is None or drift is None or scale is None:
        return rates
    if baseline is not None:
        rates = rates / baseline - 1
    rates = (rates - offset - drift * np.arange(len(rates))[:, None]) / scale
    if kind == "none":
        return rates
    return np.tanh(rates) if "tanh" in kind else np.clip(rates, -0.999, 0.999)


def computed(file, rates, inputs, alpha, chosen):
    rates = scaled(file, rates)
    frames = len(rates)
    first = frames - int((setting(file, "holdout") or 0.2) * frames)
    last = min(first + SHOWN_FRAMES, frames - 1)
    W, b = np.asarray(file["W"], dtype=np.float64), array(file, "b")
    drive = np.zeros((last - first, len(W))) + (0 if b is None else b)
    if inputs is not None:
        drive = drive + inputs[first:last] @ array(file, "W_in").T
    before = np.nan_to_num(rates[first:last])
    one_step = (1 - alpha) * before + alpha * np.tanh(before @ W.T + drive)
    free, state = np.zeros_like(before), before[0]
    for t in range(len(free)):
        state = (1 - alpha) * state + alpha * np.tanh(W @ state + drive[t])
        free[t] = state
    dt = setting(file, "dt") or 1
    return Prediction(
        np.arange(len(free)) * dt, neuron_labels(file, chosen),
        rates[first + 1:last + 1, chosen], one_step[:, chosen], free[:, chosen])


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
            (prediction.recorded, INK, 1.6, "-", "recorded"),
            (prediction.one_step, MODEL, 0.9, "-", "one step ahead"),
            (prediction.free, OTHER, 0.9, "--", "free-running from the start"),
        )
        for values, color, width, dash, name in lines:
            if values is not None:
                axes.plot(
                    prediction.seconds, np.clip(values[:, i], finite.min(), finite.max()) + base,
                    color=color, linewidth=width, linestyle=dash, label=name if i == 0 else None)
    middle = (finite.min() + finite.max()) / 2
    axes.set_yticks([middle - i * step for i in range(len(prediction.labels))])
    axes.set_yticklabels(prediction.labels)
    axes.tick_params(left=False)
    axes.set(
        title="Held-out frames, neurons from the best to the worst skill", xlabel="time (s)")
    axes.spines["left"].set_visible(False)
    axes.margins(x=0)
    axes.legend(ncols=3, loc="lower right", bbox_to_anchor=(1, 1.0))
