"""Finds what a module declares for others without saying what it is.

The linter of Swift looks at `public` alone, and here modules share by `package`. Each package
declaration needs a docstring that begins with a sentence, on a line of its own or wrapped, that
ends in a full stop. Exempt are cases of enumerations, and members that a protocol asks for: the
protocol says what they are. Usage: declarations.py [-h] [FOLDER ...]
"""
import argparse
import re
import sys
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]

ATTRIBUTE = r"@\w+(?:\([^()]*(?:\([^()]*\)[^()]*)*\))?"
MODIFIER = r"(?:static|final|mutating|nonmutating|consuming|borrowing|override|convenience|required|lazy|" \
    r"indirect|nonisolated(?:\(unsafe\))?|unowned|weak|(?:private|fileprivate|internal)\(set\))"
KIND = r"(struct|class|enum|actor|protocol|typealias|func|init|subscript|var|let|extension)"
DECLARATION = re.compile(
    rf"^\s*(?:{ATTRIBUTE}\s+)*(?:{MODIFIER}\s+)*(package\s+)?(?:{MODIFIER}\s+)*{KIND}\b\??\s*`?([\w.]+|[^\s\w(]+)?")
TYPES = {"struct", "class", "enum", "actor", "protocol", "extension"}

# What the standard library and ArgumentParser ask for.
KNOWN = {
    "Equatable": {"=="}, "Comparable": {"<"}, "Hashable": {"hash", "=="}, "Codable": {"encode", "init(from"},
    "Encodable": {"encode"}, "Decodable": {"init(from"},
    "CustomStringConvertible": {"description"}, "LosslessStringConvertible": {"description", "init(_"},
    "LocalizedError": {"errorDescription"}, "Error": {"description"},
    "RawRepresentable": {"rawValue", "init(rawValue"}, "OptionSet": {"rawValue", "init(rawValue"},
    "ExpressibleByStringInterpolation": {"init(stringLiteral", "init(stringInterpolation"},
    "StringInterpolationProtocol": {"appendLiteral", "appendInterpolation", "init(literalCapacity"},
    "Sequence": {"makeIterator"}, "IteratorProtocol": {"next"},
    "ExpressibleByIntegerLiteral": {"init(integerLiteral"}, "CodingKey": {"stringValue", "intValue"},
}


def bare(line):
    """A line without strings and comments, for counting its braces."""
    line = re.sub(r'"(?:\\.|[^"\\])*"', '""', line)
    return line.split("//")[0]


def member(kind, name, line):
    """The name under which a protocol asks for it; initialisers go by their first label."""
    if kind == "init":
        label = re.search(r"init\??\s*(?:<[^>]*>)?\(\s*(\w+)?", line)
        return f"init({label[1] or ''}" if label else "init("
    return kind if kind == "subscript" else name


class Source:
    """The declarations of one file, each with the names that its type's clause of protocols gives."""

    def __init__(self, path):
        self.path, self.declarations = path, []
        lines = path.read_text().splitlines()
        depth, scopes, quoted = 0, [], False
        for number, line in enumerate(lines):
            if line.count('"""') % 2:
                quoted = not quoted
                continue
            match = None if quoted else DECLARATION.match(bare(line))
            if match and not any(kind not in TYPES for kind, *_ in scopes):
                package, kind, name = match.groups()
                head = self.head(lines, number)
                self.declarations.append((number, bool(package), kind, name, line, list(scopes), lines))
                if "{" in head:
                    names = re.split(r"[:,&{]\s*|\bwhere\b", head.split("{")[0])
                    scopes.append((kind, name, {n.strip() for n in names[1:]}, depth, number))
            if quoted:
                continue
            text = bare(line)
            depth += text.count("{") - text.count("}")
            while scopes and depth <= scopes[-1][3] and (number > scopes[-1][4] or "}" in text):
                if number == scopes[-1][4] and "{" not in text:
                    break
                if "{" not in "".join(map(bare, lines[scopes[-1][4]:number + 1])):
                    break
                scopes.pop()

    @staticmethod
    def head(lines, number):
        """A declaration up to its brace, which may be some lines below, or to the end of its line."""
        text = ""
        for line in lines[number:number + 12]:
            text += bare(line) + " "
            opened = text.count("(") > text.count(")") or text.rstrip().endswith((",", ":", "->", "where"))
            if "{" in text or not (opened or re.match(r"\s*(\)|where|->|throws)", bare(
                    lines[min(number + 1, len(lines) - 1)]))):
                break
            number += 1
        return text


def summary(lines, number):
    """The first paragraph of the docstring above a line; nothing where there is none."""
    above = number - 1
    while above >= 0 and re.match(rf"^\s*(?:{ATTRIBUTE}\s*)+$|^\s*#if|^\s*// swift-format", lines[above]):
        above -= 1
    block = []
    while above >= 0 and lines[above].lstrip().startswith("///"):
        block.insert(0, lines[above].strip()[3:].strip())
        above -= 1
    paragraph = []
    for line in block:
        if not line:
            break
        paragraph.append(line)
    return " ".join(paragraph)


def shared(lines, number):
    """The summary of a run of properties or one-line functions, which stands above the first of them;
    above their type where that begins with them."""
    while number > 0:
        number -= 1
        line = lines[number]
        is_head = re.search(r"\b(struct|class|enum|extension)\b.*\{$", line)
        if not is_head and (not re.match(r"^\s*package\b", line) or re.search(r"[({]$", line)):
            return ""
        if text := summary(lines, number):
            return text
        if is_head:
            return ""
    return ""


def labels(head):
    """The names of an initialiser's parameters inside it."""
    inside = re.search(r"init\??\s*(?:<[^>]*>)?\((.*)\)", head)
    return set(re.findall(r"(?:^|,)\s*(?:\w+\s+)?(\w+)\s*:", inside[1])) if inside else {"?"}


def complaints(folders):
    sources = [Source(path) for folder in folders for path in sorted(Path(folder).rglob("*.swift"))]
    asked = {name: set(members) for name, members in KNOWN.items()}
    for source in sources:
        for _, _, kind, name, line, scopes, _ in source.declarations:
            if scopes and scopes[-1][0] == "protocol":
                asked.setdefault(scopes[-1][1], set()).add(member(kind, name, line))
    inherited = {}
    for source in sources:
        for number, _, kind, name, _, _, lines in source.declarations:
            if kind in TYPES:
                names = re.split(r"[:,&{]\s*|\bwhere\b", source.head(lines, number).split("{")[0])[1:]
                inherited.setdefault(name, set()).update(n.strip() for n in names)

    stored = {}
    for source in sources:
        for _, _, kind, name, _, scopes, _ in source.declarations:
            if scopes and kind in ("let", "var"):
                stored.setdefault(scopes[-1][1], set()).add(name)

    def requirements(name, seen=()):
        own = set(asked.get(name, ()))
        for parent in inherited.get(name, ()):
            if parent not in seen:
                own |= requirements(parent, (*seen, name))
        return own

    for source in sources:
        for number, package, kind, name, line, scopes, lines in source.declarations:
            if not package or kind == "extension":
                continue
            if scopes and member(kind, name, line) in requirements(scopes[-1][1]):
                continue
            if kind == "init" and labels(source.head(lines, number)) <= stored.get(scopes[-1][1], set()):
                continue
            text = summary(lines, number) or (shared(lines, number) if not line.endswith("{") else "")
            where = f"{source.path}:{number + 1}"
            if not text:
                yield f"{where}: no docstring: {line.strip()}"
            elif not re.search(r"[.:?]$|\.\s", text):
                yield f"{where}: the docstring begins with no sentence: {text}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="*", default=[CHECKOUT / "Sources"], metavar="FOLDER")
    found = list(complaints(parser.parse_args().folders))
    print("\n".join(found), end="\n" if found else "")
    sys.exit(bool(found))
