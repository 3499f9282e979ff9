"""What is reported of repeated measurements."""
import numpy as np


def median(values):
    return float(np.median(list(values)))


def spread(values, form=".3g"):
    """The median and the range of values over seeds, in a format."""
    values = list(values)
    return f"{median(values):{form}} ({min(values):{form}} to {max(values):{form}})"


def exponent(sizes, seconds):
    """Slope of log seconds against log size by least squares."""
    return float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])
