"""Draws the modules of Package.swift, layer by layer, as SVG on standard output.

A layer is a group folder of Sources. A layer stands above all that its modules import from;
where that cannot be, two layers import each other, which is an error. Usage: modules.py [-h]
"""
import argparse
import json
import subprocess
import sys
from html import escape
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]

WIDTH, MARGIN, TITLE = 860, 8, 130  # pixels: the drawing, around it, for the names of layers
BOX, GAP, IN_A_ROW = (132, 40), 12, 5


def modules():
    """The program's own modules, in the order of Package.swift: name, layer, imports, is it in C."""
    described = json.loads(subprocess.run(
        ["swift", "package", "dump-package"], cwd=CHECKOUT, capture_output=True, check=True,
        text=True).stdout)
    found = []
    for target in described["targets"]:
        folders = target.get("path", f"Sources/{target['name']}").split("/")
        if target["type"] not in ("regular", "executable") or folders[0] != "Sources":
            continue
        if folders[1] == "Benchmarks":
            continue
        imports = [d["byName"][0] for d in target["dependencies"] if "byName" in d]
        layer = folders[1] if len(folders) > 2 else "Program"
        has_swift = any((CHECKOUT / "/".join(folders)).rglob("*.swift"))
        found.append((target["name"], layer, imports, not has_swift))
    return found


def sorted_by_imports(names, imports):
    """Each after all that it imports; otherwise in the given order."""
    left, done = list(names), []
    while left:
        free = [name for name in left if imports[name] & set(left) <= {name}]
        if not free:
            sys.exit(f"modules: {', '.join(left)} import each other")
        done.append(free[0])
        left.remove(free[0])
    return done


def layers(found):
    """The layers from below, each with its modules from those that import none of the others."""
    layer_of = {name: layer for name, layer, _, _ in found}
    imports = {name: set(needed) for name, _, needed, _ in found}
    below = {layer: set() for layer in layer_of.values()}
    for name, needed in imports.items():
        below[layer_of[name]] |= {layer_of[other] for other in needed if other in layer_of}
    return [
        (layer, sorted_by_imports([name for name in imports if layer_of[name] == layer], imports))
        for layer in sorted_by_imports(below, below)]


def drawing(found):
    is_c = {name: c for name, _, _, c in found}
    parts, top = [], 12
    for layer, names in reversed(layers(found)):
        rows = [names[i:i + IN_A_ROW] for i in range(0, len(names), IN_A_ROW)]
        height = len(rows) * (BOX[1] + GAP) + GAP
        parts.append(
            f'<rect x="{MARGIN}" y="{top}" width="{WIDTH - 2 * MARGIN}" height="{height}" rx="8" '
            'fill="#e8edf4"/>'
            f'<text x="{MARGIN + 16}" y="{top + height // 2 + 5}" font-weight="bold">{escape(layer)}</text>')
        for row, members in enumerate(rows):
            for column, name in enumerate(members):
                x = MARGIN + TITLE + column * (BOX[0] + GAP)
                y = top + GAP + row * (BOX[1] + GAP)
                fill = "#dfe3e8" if is_c[name] else "#ffffff"
                parts.append(
                    f'<rect x="{x}" y="{y}" width="{BOX[0]}" height="{BOX[1]}" rx="6" fill="{fill}" '
                    f'stroke="#44546a"/><text x="{x + BOX[0] // 2}" y="{y + BOX[1] // 2 + 5}" '
                    f'text-anchor="middle">{escape(name)}</text>')
        top += height + 8
    parts.append(
        f'<text x="{MARGIN + 16}" y="{top + 20}" font-size="13">A module imports only from its own layer or '
        "from layers below it in this drawing. White: Swift; grey: C.</text>")
    height = top + 34
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
        f'viewBox="0 0 {WIDTH} {height}" font-family="Helvetica, Arial, sans-serif" font-size="14" '
        'fill="#1f2a3a">', '<rect width="100%" height="100%" fill="#f6f8fb"/>', *parts, "</svg>\n"])


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__).parse_args()
    sys.stdout.write(drawing(modules()))
