"""The figure of what `ganglion evaluate -o` wrote."""
from .fit import rollout, skill
from .reading import setting, text
from .style import plt, save


def draw(file, stem):
    """Skill of each neuron and free-running prediction: what is there."""
    panels = [skill] if "score/skill" in file else []
    panels += [rollout] if "score/rollout_mse" in file else []
    if not panels:
        raise OSError("no frame was held out, so there are no scores to draw")
    figure, axes = plt.subplots(1, len(panels), figsize=(3.6 * len(panels), 3.1), squeeze=False)
    for panel, place in zip(panels, axes[0]):
        panel(place, file)
    name = text(file.attrs.get("input_file", file.filename)).rsplit("/", 1)[-1]
    pearson = setting(file, "connectivity_pearson")
    figure.suptitle(
        name + (f"   connectivity: Pearson {pearson:.3f}" if pearson is not None else ""),
        x=0.01, ha="left", fontsize=11)
    save(figure, stem)
