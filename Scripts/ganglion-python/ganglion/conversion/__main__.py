"""python -m ganglion.conversion: the same as ganglion-convert."""
from .command import main

main()
