"""The methods under the names that tables and figures use, and the flags that stand for them."""

# Steps of Adam: the best of 1e-4 to 3e-2 by 0, 50, 100, 300 or 1,000 transitions a step, from the
# ridge solution and from random weights, N 200, T 3,000, one network of a seed no table uses (91).
ADAM = ("--method", "adam", "--learning-rate", "0.01", "--minibatch", "300", "--iterations", "200000")
# The loss is part of the name where a method has more than one. FORCE begins with an inverse of 1,
# as published implementations do, where the study does not vary the ridge: the best of 0.01 to 100
# there, by decades.
SOLVERS = {
    "cornn": ("--method", "cornn", "--curve"),
    # The loss is chosen on held-out blocks, before the clock of the curve starts.
    "cornn-auto": ("--method", "cornn", "--curve", "--loss", "auto"),
    "published": ("--method", "published", "--loss", "weighted"),
    "newton": ("--method", "newton"),
    "newton-weighted": ("--method", "newton", "--loss", "weighted"),
    "adam": ADAM,
    "adam-squared": (*ADAM, "--loss", "squared"),
    "force-rates": ("--method", "force-rates", "--force-gain", "1", "--iterations", "50"),
    "force-currents": ("--method", "force-currents", "--force-gain", "1", "--force-margin", "1e-6",
                       "--iterations", "10"),
    "curbd": ("--method", "force-rates", "--force-gain", "1", "--iterations", "50", "--free-run",
              "--free-run-noise", "0.01"),
}

def without(flags, name):
    """Flags without one of them and its value."""
    if name not in flags:
        return flags
    place = flags.index(name)
    return flags[:place] + flags[place + 2:]


def is_rival(flags):
    """Whether the program's own method is not the one."""
    return flags[flags.index("--method") + 1] != "cornn"
