"""Scripts/recipes: what they name of this checkout is there; no package manager is asked."""
import ast
import re
import runpy
import sys
import types
import unittest
from pathlib import Path
from unittest import mock

ROOT = Path(__file__).parents[2]
RECIPES = ROOT / "Scripts/recipes"
FILES = [path for path in RECIPES.rglob("*") if path.is_file()]


def array(name, text):
    """The words of a bash array."""
    inside = re.search(rf"^{name}=\((.*?)\)", text, re.MULTILINE | re.DOTALL)[1]
    return set(re.sub(r"#.*", "", inside).split())


class RecipeTests(unittest.TestCase):
    def test_variables_and_scripts_are_there(self):
        known = (ROOT / "Scripts/libraries").read_text() + (ROOT / "Scripts/install").read_text()
        for path in FILES:
            text = path.read_text()
            for variable in re.findall(r"\bGANGLION_[A-Z0-9]+\b", text):
                with self.subTest(recipe=path.name, variable=variable):
                    self.assertIn(variable, known)
            for script in re.findall(r"\bScripts/[\w./-]*\w", text):
                with self.subTest(recipe=path.name, script=script):
                    self.assertTrue((ROOT / script).exists())

    def test_each_says_how_far_it_was_tried(self):
        told = (RECIPES / "README.md").read_text()
        for name in ("ganglion.def", "spack/package.py", "Ganglion-0.1.0-foss-2023b.eb", "conda/recipe.yaml"):
            with self.subTest(recipe=name):
                self.assertIn("Not built", "".join((RECIPES / name).read_text().splitlines(True)[:3]))
                self.assertIn(f"`{name}`", told)

    def test_debian_needs_what_bootstrap_installs(self):
        wanted = array("packages", (ROOT / "Scripts/bootstrap").read_text()) - {"openmpi-bin"}
        control = (RECIPES / "debian/control").read_text()
        needed = re.search(r"^Build-Depends:(.*?)\n(?=\S|\n)", control, re.MULTILINE | re.DOTALL)[1]
        self.assertEqual({word.strip() for word in needed.split(",")} - {"debhelper-compat (= 13)"}, wanted)
        self.assertIn("openmpi-bin", control)

    def test_spack(self):
        """With stand-ins for Spack: the folder of each library, or none."""
        asked = []
        package = types.ModuleType("spack.package")
        package.depends_on = lambda spec, **_: asked.append(spec)
        package.variant = package.version = lambda *_, **__: None
        called = []
        package.which = lambda *_, **__: lambda *words: called.append(words)
        generic = types.ModuleType("generic")
        generic.Package = object
        modules = {"spack": types.ModuleType("spack"), "spack.package": package,
                   "spack_repo.builtin.build_systems.generic": generic}
        for name in ("spack_repo", "spack_repo.builtin", "spack_repo.builtin.build_systems"):
            modules[name] = types.ModuleType(name)
        with mock.patch.dict(sys.modules, modules):
            recipe = runpy.run_path(str(RECIPES / "spack/package.py"))["Ganglion"]()
        self.assertIn("hdf5+mpi+hl", asked)

        class Spec(dict):
            def __contains__(self, variant):
                return variant == "+zmq"

            def __missing__(self, name):
                return types.SimpleNamespace(prefix=f"/opt/{name}")

        recipe.spec, environment = Spec(), {}
        recipe.setup_build_environment(types.SimpleNamespace(set=environment.__setitem__))
        self.assertEqual(environment, {
            "GANGLION_MPI": "/opt/mpi", "GANGLION_HDF5": "/opt/hdf5", "GANGLION_BLAS": "/opt/openblas",
            "GANGLION_SCALAPACK": "none", "GANGLION_ZMQ": "/opt/libzmq"})
        recipe.install(recipe.spec, "/opt/ganglion")
        self.assertIn('Scripts/install "/opt/ganglion"', called[0][1])

    def test_easybuild_is_python(self):
        names = {target.id for node in ast.parse((RECIPES / "Ganglion-0.1.0-foss-2023b.eb").read_text()).body
                 for target in getattr(node, "targets", [])}
        self.assertLessEqual({"easyblock", "toolchain", "install_cmd", "sanity_check_paths"}, names)


if __name__ == "__main__":
    unittest.main()
