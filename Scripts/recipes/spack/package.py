"""Spack 1.0 or newer. Not built, as no Spack is to be had where this was written; held against its guide.

A Swift toolchain (6.2 or newer) is on the PATH, as Spack has none. With the archive of Scripts/dist as
/tmp/ganglion-0.1.0.tar.gz (or another place: `url` below):

    spack repo create ~/lab lab && spack repo add ~/lab/spack_repo/lab
    mkdir ~/lab/spack_repo/lab/packages/ganglion
    cp Scripts/recipes/spack/package.py ~/lab/spack_repo/lab/packages/ganglion/
    spack install --no-checksum ganglion
"""
from spack.package import depends_on, variant, version, which
from spack_repo.builtin.build_systems.generic import Package


class Ganglion(Package):
    """Fits recurrent neural networks to recordings and tasks, on MPI clusters."""

    url = "file:///tmp/ganglion-0.1.0.tar.gz"

    version("0.1.0")

    variant("scalapack", default=True, description="Ranks factorise large matrices together")
    variant("zmq", default=True, description="Frames and forecasts over sockets")

    # No compiler: Swift brings its own for C.
    depends_on("pkgconfig", type="build")
    depends_on("python@3.11:", type=("build", "run"))
    depends_on("mpi")
    # Dimension scales are in the high-level library, which Spack leaves out unless it is asked for.
    depends_on("hdf5+mpi+hl")
    # BLAS and LAPACK in one folder; without threads unless one says so.
    depends_on("openblas threads=pthreads")
    depends_on("netlib-scalapack", when="+scalapack")
    depends_on("openssl")
    depends_on("libzmq", when="+zmq")

    def setup_build_environment(self, env):
        env.set("GANGLION_MPI", self.spec["mpi"].prefix)
        env.set("GANGLION_HDF5", self.spec["hdf5"].prefix)
        env.set("GANGLION_BLAS", self.spec["openblas"].prefix)
        for name, package in (("SCALAPACK", "netlib-scalapack"), ("ZMQ", "libzmq")):
            has = f"+{name.lower()}" in self.spec
            env.set(f"GANGLION_{name}", self.spec[package].prefix if has else "none")

    def install(self, spec, prefix):
        bash = which("bash", required=True)
        # The libraries' folders are written into the program, as Spack loads none.
        bash("-ec", f'found=$(Scripts/libraries); eval "$found"; Scripts/install "{prefix}"')
