"""Man pages of the program, made of what its --help is made of.

Usage: manual.py PROGRAM FOLDER: writes a page for each command, as FOLDER/ganglion-fit.1.
"""
import json
import re
import subprocess
import sys
from pathlib import Path

# Lines that the shell takes as they are.
EXAMPLE_BEGIN, EXAMPLE_END = ".PP\n.nf\n.RS 4", ".RE\n.fi"


def escaped(text):
    """Text as roff takes it literally."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    text = "".join(c if c.isascii() else f"\\[u{ord(c):04X}]" for c in text)
    return "\n".join(re.sub(r"^([.'])", r"\\&\1", line) for line in text.split("\n"))


def paragraphs(text):
    """Paragraphs and indented lines, such as examples, as roff; `Examples:` begins a section."""
    parts = []
    for block in text.split("\n\n"):
        title, _, rest = block.partition("\n")
        if title == "Examples:":
            parts.append(".SH EXAMPLES")
            block = rest
        if block.startswith("  "):
            lines = "\n".join(line[2:] if line.startswith("  ") else line
                              for line in block.split("\n"))
            parts.append(f"{EXAMPLE_BEGIN}\n{escaped(lines)}\n{EXAMPLE_END}")
        else:
            parts.append(f".PP\n{escaped(block)}")
    return parts


def label(argument):
    """An argument as it is typed: \\fB--alpha\\fR \\fIalpha\\fR."""
    value = f"\\fI{escaped(argument.get('valueName', ''))}\\fR"
    if argument["kind"] == "positional":
        return value
    names = [("-" if name["kind"] == "short" else "--") + name["name"]
             for name in argument["names"]]
    text = ", ".join(f"\\fB{escaped(name)}\\fR" for name in names)
    return text if argument["kind"] == "flag" else f"{text} {value}"


def explanation(argument):
    """What an argument does, its values and its default."""
    text = argument.get("abstract", "")
    meanings = argument.get("allValueDescriptions") or {}
    values = argument.get("allValues") or []
    extra = []
    if values and not meanings:
        extra.append("values: " + ", ".join(values))
    if argument.get("defaultValue") and argument["kind"] != "flag":
        extra.append("default: " + argument["defaultValue"])
    if extra:
        text += f" ({'; '.join(extra)})"
    lines = [escaped(text)]
    if meanings:
        items = [
            f".TP\n\\fB{escaped(value)}\\fR\n{escaped(meanings.get(value, ''))}" for value in values]
        lines += [".RS", *items, ".RE"]
    return "\n".join(lines)


def synopsis(command, words):
    """How the command is called."""
    if command.get("subcommands"):
        return f"\\fB{escaped(words)}\\fR \\fIcommand\\fR"
    parts = [f"\\fB{escaped(words)}\\fR", "[\\fIoptions\\fR]"]
    for argument in command.get("arguments", []):
        if argument["kind"] == "flag" or argument["isOptional"] or not argument["shouldDisplay"]:
            continue
        parts.append(label(argument) + (" ..." if argument["isRepeating"] else ""))
    return " ".join(parts)


def page(command, words, version):
    """The page of one command."""
    name = words.replace(" ", "-")
    lines = [
        f'.TH "{escaped(name.upper())}" 1 "" "{escaped(version)}" "Ganglion"',
        ".SH NAME", f"{escaped(name)} \\- {escaped(command.get('abstract', '').rstrip('.'))}",
        ".SH SYNOPSIS", synopsis(command, words),
        ".SH DESCRIPTION", *paragraphs(command.get("discussion", "")),
    ]
    sections = {}
    for argument in command.get("arguments", []):
        if argument["shouldDisplay"]:
            usual = "Arguments" if argument["kind"] == "positional" else "Options"
            sections.setdefault(argument.get("sectionTitle") or usual, []).append(argument)
    for title in sorted(sections, key=lambda title: (title != "Arguments", title == "Options")):
        lines.append(f'.SH "{escaped(title.upper())}"')
        lines += [f".TP\n{label(one)}\n{explanation(one)}" for one in sections[title]]
    if command.get("subcommands"):
        lines.append(".SH COMMANDS")
        for one in command["subcommands"]:
            lines.append(f".TP\n\\fB{escaped(name)}\\-{escaped(one['commandName'])}\\fR(1)\n"
                         + escaped(one.get("abstract", "")))
    return "\n".join(line for line in lines if line) + "\n"


def pages(command, words, version):
    """The pages of a command and of those below it, by file name."""
    command["subcommands"] = [
        one for one in command.get("subcommands") or [] if one["commandName"] != "help"]
    result = {words.replace(" ", "-") + ".1": page(command, words, version)}
    for one in command["subcommands"]:
        result.update(pages(one, f"{words} {one['commandName']}", version))
    return result


def main(program, folder):
    """Asks the program what it has, and writes the pages."""
    def output(*flags):
        return subprocess.run(
            [program, *flags], check=True, capture_output=True, text=True).stdout

    command = json.loads(output("--experimental-dump-help"))["command"]
    version = output("--version").split("\n")[0]
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages(command, command["commandName"], version).items():
        (folder / name).write_text(text)


if __name__ == "__main__":
    main(*sys.argv[1:])
