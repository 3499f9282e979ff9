"""From Zarr stores to the HDF5 files that the program reads, block by block.

Read are Zarr v2 and v3: an array, a group of arrays such as xarray writes, and NWB-Zarr.
"""
from .converting import Converted, convert
from .errors import ConversionError

__all__ = ["ConversionError", "Converted", "convert"]
