"""Spack: `spack repo create lab && cp` this to lab/packages/ganglion/, then `spack install ganglion`.

A Swift toolchain (6.2 or newer) is found on the PATH, as Spack has none.
"""
from spack.package import Package, depends_on, variant, version, which


class Ganglion(Package):
    """Fits recurrent neural networks to recordings and tasks, on MPI clusters."""

    # The archive of Scripts/dist: spack install --source with a mirror, or `spack develop`.
    url = "file:///path/to/ganglion-0.1.0.tar.gz"

    version("0.1.0")

    variant("scalapack", default=True, description="Ranks factorise large matrices together")

    depends_on("c", type="build")
    depends_on("pkgconfig", type="build")
    depends_on("python@3.9:", type=("build", "run"))
    depends_on("mpi")
    depends_on("hdf5+mpi")
    depends_on("blas")
    depends_on("lapack")
    depends_on("scalapack", when="+scalapack")
    depends_on("openssl")
    depends_on("libzmq")

    def setup_build_environment(self, env):
        env.set("GANGLION_MPI", self.spec["mpi"].prefix)
        env.set("GANGLION_HDF5", self.spec["hdf5"].prefix)
        env.set("GANGLION_BLAS", self.spec["blas"].prefix)
        env.set("GANGLION_ZMQ", self.spec["libzmq"].prefix)
        env.set("GANGLION_BLAS", self.spec["blas"].prefix)
        env.set(
            "GANGLION_SCALAPACK",
            self.spec["scalapack"].prefix if "+scalapack" in self.spec else "none")

    def install(self, spec, prefix):
        bash = which("bash", required=True)
        bash("-c", f'eval "$(Scripts/libraries)" && Scripts/install "{prefix}"')
