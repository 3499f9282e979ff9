"""Scripts/libraries: what it finds where modules, variables, pkg-config or compiler wrappers say."""
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "Scripts/libraries"


class LibraryTests(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.folder = Path(place.name)
        # Nothing of this machine: no descriptions, and wrappers that know nothing.
        self.write("bin/mpicc", "#!/bin/sh\nexit 1\n", mode=0o755)
        self.write("bin/h5pcc", "#!/bin/sh\nexit 1\n", mode=0o755)
        self.environment = {
            "PATH": f"{self.folder}/bin:/usr/bin:/bin", "PKG_CONFIG_LIBDIR": str(self.folder / "none")}

    def write(self, name, text="", mode=0o644):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)

    def root(self, name, *libraries, header=None):
        """A folder as a module names it."""
        for library in libraries:
            self.write(f"{name}/lib/lib{library}.so")
        self.write(f"{name}/include/{header or 'a.h'}", "#define OPEN_MPI 1\n")
        return str(self.folder / name)

    def found(self, **variables):
        return subprocess.run(
            [SCRIPT, self.folder / "found"], env=self.environment | variables, capture_output=True,
            text=True, check=False)

    def flags(self, kind):
        """What pkg-config makes of the description that was written, with what it requires."""
        return subprocess.run(
            ["pkg-config", "--cflags", "--libs", f"ganglion-{kind}"], capture_output=True, text=True,
            check=True, env=os.environ | {"PKG_CONFIG_PATH": str(self.folder / "found")}).stdout.split()

    def modules(self):
        return {
            "EBROOTOPENMPI": self.root("ompi", "mpi", header="mpi.h"),
            "EBROOTHDF5": self.root("h5", "hdf5", "hdf5_hl"),
            "EBROOTFLEXIBLAS": self.root("flexi", "flexiblas"),
            "EBROOTSCALAPACK": self.root("scala", "scalapack"), "EBROOTZEROMQ": self.root("zeromq", "zmq")}

    def test_modules(self):
        result = self.found(**self.modules())
        self.assertEqual(result.returncode, 0, result.stderr)
        added = "${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}"
        folders = ":".join(f"{self.folder}/{name}/lib" for name in ("ompi", "h5", "flexi", "scala", "zeromq"))
        self.assertEqual(result.stdout, f"export PKG_CONFIG_PATH={self.folder}/found{added}\n"
                                        f"export GANGLION_RPATH={folders}\n")
        for kind, root, library in (("mpi", "ompi", "mpi"), ("hdf5", "h5", "hdf5"), ("zmq", "zeromq", "zmq"),
                                    ("blas", "flexi", "flexiblas"), ("scalapack", "scala", "scalapack")):
            with self.subTest(kind=kind):
                flags = self.flags(kind)
                self.assertIn(f"-I{self.folder}/{root}/include", flags)
                self.assertIn(f"-L{self.folder}/{root}/lib", flags)
                self.assertIn(f"-l{library}", flags)
        # Its headers include mpi.h.
        self.assertIn(f"-I{self.folder}/ompi/include", self.flags("hdf5"))

    def test_without_what_is_optional(self):
        modules = self.modules()
        del modules["EBROOTSCALAPACK"]
        result = self.found(**modules, GANGLION_ZMQ="none")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("export GANGLION_SCALAPACK=none\n", result.stdout)
        self.assertIn("export GANGLION_ZMQ=none\n", result.stdout)
        self.assertFalse((self.folder / "found/ganglion-zmq.pc").exists())

    def test_intel(self):
        """MKL has a layer for each MPI; Intel's has the binary interface of MPICH."""
        mkl = self.root("mkl", "mkl_rt", "mkl_scalapack_lp64")
        impi = self.root("impi", "mpi")
        self.write("impi/include/mpi.h", '#define MPICH_VERSION "3.4"\n')
        result = self.found(I_MPI_ROOT=impi, MKLROOT=mkl, HDF5_ROOT=self.root("h5", "hdf5", "hdf5_hl"))
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("-lmkl_rt", self.flags("blas"))
        self.assertIn("-lmkl_blacs_intelmpi_lp64", self.flags("scalapack"))

    def test_descriptions_and_wrappers(self):
        root = self.root("ompi", "mpi", header="mpi.h")
        self.write("pc/openblas.pc", "Name: b\nDescription: b\nVersion: 1\nLibs: -L/o -lopenblas -lm\n")
        self.write("bin/mpicc", f"#!/bin/sh\necho gcc -I{root}/include -pthread -L{root}/lib -lmpi\n", 0o755)
        self.write("bin/h5pcc", f"#!/bin/sh\necho mpicc -I/h5 {root}/lib/libhdf5.so.103 -lz\n", 0o755)
        result = self.found(PKG_CONFIG_PATH=str(self.folder / "pc"))
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("-lopenblas", self.flags("blas"))
        self.assertIn("-lmpi", self.flags("mpi"))
        self.assertNotIn("-pthread", self.flags("mpi"))
        self.assertIn("-l:libhdf5.so.103", self.flags("hdf5"))

    def test_system_folders(self):
        """What the linker of a program knows by itself needs no rpath."""
        for name in ("openblas", "ompi", "hdf5"):
            self.write(f"pc/{name}.pc", f"Name: b\nDescription: b\nVersion: 1\nLibs: -L/usr/lib/x -l{name}\n")
        result = self.found(PKG_CONFIG_LIBDIR=str(self.folder / "pc"), PKG_CONFIG_ALLOW_SYSTEM_LIBS="1")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertNotIn("RPATH", result.stdout)

    def test_what_is_missing(self):
        modules = self.modules()
        for given, message in (
                ({}, "no MPI: load its module, or set GANGLION_MPI"),
                (modules | {"GANGLION_HDF5": f"{self.folder}/bin"}, "where no lib/ has one of: hdf5"),
                (modules | {"GANGLION_HDF5": "no-such"}, "GANGLION_HDF5 is no-such: Package no-such"),
                (modules | {"EBROOTHDF5": self.root("low", "hdf5")}, "no high-level library (libhdf5_hl)"),
                ({"EBROOTOPENMPI": modules["EBROOTOPENMPI"]}, "no HDF5: load its module")):
            with self.subTest(message=message):
                result = self.found(**given)
                self.assertEqual(result.returncode, 66, result.stdout)
                self.assertIn(message, result.stderr)
                self.assertNotIn("PKG_CONFIG_PATH", result.stdout)


if __name__ == "__main__":
    unittest.main()
