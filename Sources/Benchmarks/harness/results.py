"""Files of results: each case as a table for readers and as JSON for programs."""
import glob
import json
import os
import re

FOLDER = os.path.join(os.path.dirname(__file__), "..", "results")
BEGIN, END = "<!-- results -->", "<!-- end of results -->"


def markdown(rows):
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([lines[0], "|" + "---|" * len(rows[0]), *lines[1:]])


def text(rows, about):
    """The table, what is to be said of it, and where it was made."""
    return "\n\n".join([
        markdown(rows), about["note"],
        f"{about['date']}, revision {about['revision']}; {about['machine']}."])


def record(name, rows, about):
    """Replaces the results of a case in both of its files."""
    page, = glob.glob(f"{FOLDER}/*/{name}.md")
    with open(page) as file:
        before, after = re.split(f"{BEGIN}.*{END}", file.read(), flags=re.DOTALL)
    with open(page, "w") as file:
        file.write(f"{before}{BEGIN}\n{text(rows, about)}\n{END}{after}")
    with open(page.removesuffix("md") + "json", "w") as file:
        file.write(document({**about, "columns": rows[0]}, rows[1:]))


def document(about, rows):
    """JSON with a row a line, so that a new measurement is a difference one can read."""
    head = "".join(f" {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)},\n"
                   for key, value in about.items())
    lines = ",\n".join("  " + json.dumps(row, ensure_ascii=False) for row in rows)
    return f'{{\n{head} "rows": [\n{lines}\n ]\n}}\n'
