"""Figures of ganglion's result files; run by Scripts/figures."""
