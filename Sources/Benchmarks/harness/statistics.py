"""What is reported of repeated measurements."""
import numpy as np


def median(values):
    return float(np.median(list(values)))


def exponent(sizes, seconds):
    """Slope of log seconds against log size by least squares."""
    return float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])
