"""ganglion-convert: a Zarr store to an HDF5 file that `ganglion fit` reads."""
import argparse
import sys
from collections.abc import Sequence

from .converting import convert
from .errors import USAGE, ConversionError


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> "None":  # type: ignore[override]
        print(f"ganglion-convert: error: {message}; see ganglion-convert --help", file=sys.stderr)
        sys.exit(USAGE)


def main(words: Sequence[str] | None = None) -> None:
    """Parses, converts, prints notes and the next command; exit codes are the program's."""
    parser = _Parser(prog="ganglion-convert", description=(
        "Converts a Zarr store (v2, v3, NWB-Zarr) to an HDF5 file that `ganglion fit` reads, block by"
        " block. Exit codes are those of ganglion --help."))
    parser.add_argument("source", help="a folder, or an address such as s3://... (with fsspec)")
    parser.add_argument("-o", "--output", required=True, metavar="FILE", help="the file to write")
    parser.add_argument("--traces", metavar="PATH", help="the array or NWB series, where there are several")
    parser.add_argument("--time-axis", type=int, choices=(0, 1), help="which dimension is time")
    parser.add_argument("--timestamps", metavar="PATH", help="an array of frame times")
    parser.add_argument("--rate", type=float, metavar="HZ", help="frames a second")
    parser.add_argument("--dt", type=float, metavar="S", help="seconds a frame")
    parser.add_argument("--overwrite", action="store_true", help="replace FILE where it is there")
    options = parser.parse_args(words)
    try:
        converted = convert(
            options.source, options.output, traces=options.traces, time_axis=options.time_axis,
            timestamps=options.timestamps, rate=options.rate, dt=options.dt, overwrite=options.overwrite)
    except (ConversionError, ImportError) as error:
        print(f"ganglion-convert: error: {error}", file=sys.stderr)
        sys.exit(getattr(error, "code", 78))
    for note in converted.notes:
        print(f"note: {note}")
    print(f"wrote {converted.path}\nnext: ganglion inspect {converted.path}")
