"""The methods under the names that tables and figures use, and the flags that stand for them."""

# The loss is part of the name where a method has more than one.
SOLVERS = {
    "cornn": ("--method", "cornn", "--loss", "crossentropy"),
    "published": ("--method", "published"),
    "newton": ("--method", "newton", "--loss", "crossentropy"),
    "newton-weighted": ("--method", "newton", "--loss", "weighted"),
    "adam": ("--method", "adam", "--loss", "crossentropy"),
    "adam-squared": ("--method", "adam", "--loss", "squared-error"),
    "force-rates": ("--method", "force-rates"),
    "force-currents": ("--method", "force-currents"),
}
ROBUST = {"cornn-auto": ("--method", "cornn", "--loss", "auto")}
