"""The CORNN paper's studies: what is fitted, by which methods, and how the results are collected."""
