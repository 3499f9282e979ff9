"""The methods under the names that tables and figures use, and the flags that stand for them."""

# The loss is part of the name where a method has more than one. FORCE begins with an inverse of 1,
# as published implementations do, where the study does not vary the ridge.
SOLVERS = {
    "cornn": ("--method", "cornn", "--curve"),
    "published": ("--method", "published", "--loss", "weighted"),
    "newton": ("--method", "newton"),
    "newton-weighted": ("--method", "newton", "--loss", "weighted"),
    "adam": ("--method", "adam", "--iterations", "20000"),
    "adam-squared": ("--method", "adam", "--loss", "squared", "--iterations", "20000"),
    "force-rates": ("--method", "force-rates", "--force-gain", "1", "--iterations", "50"),
    "force-currents": ("--method", "force-currents", "--force-gain", "1", "--force-margin", "1e-6",
                       "--iterations", "10"),
    "curbd": ("--method", "force-rates", "--force-gain", "1", "--iterations", "50", "--free-run",
              "--free-run-noise", "0.01"),
}
# For impulses: the loss is chosen on held-out blocks, before the clock of the curve starts.
CHOSEN_LOSS = {"cornn-auto": ("--method", "cornn", "--curve", "--loss", "auto")}


def without(flags, name):
    """Flags without one of them and its value."""
    if name not in flags:
        return flags
    place = flags.index(name)
    return flags[:place] + flags[place + 2:]


def is_rival(flags):
    """Whether the program's own method is not the one."""
    return flags[flags.index("--method") + 1] != "cornn"
