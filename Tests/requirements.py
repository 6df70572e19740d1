"""Which test shows which requirement: run by deploy/requirements, which says what for.

A test shows a requirement when its number stands in the test's name, or in a comment directly above the test or within
it: R41; several as R41, R101; a row of them as R45 to R56. A number above a suite is the suite's topic, no proof. The
statements of Tests/requirements.tsv are short forms; readings of unclear requirements (C1 to C36) are not listed.
"""

import re
import sys
from pathlib import Path
from typing import Dict, Iterator, List, NamedTuple, Set, Tuple

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "Tests" / "requirements.tsv"
REPORT = ROOT / "Tests" / "REQUIREMENTS.md"
FOLDERS = ("Tests", "clients/python/tests")
READING_MAX = 36

# Every requirement of these rows must be shown by a test ...
REQUIRED = ((7, 32), (41, 76), (94, 115), (128, 163))
# ... but for these, which are not shown yet. A number leaves this list with its first test.
NOT_YET: Set[int] = {
    7,
}

NUMBER = re.compile(r"(?<![A-Za-z0-9%])R(\d{1,3})(?:(?:-| to )R(\d{1,3}))?(?![A-Za-z0-9])")
READING = re.compile(r"(?<![A-Za-z0-9%])C(\d{1,3})(?![A-Za-z0-9])")
SWIFT_TEST = re.compile(r"^(?P<indent>\s*)(?:.* )?func `(?P<name>[^`]+)`")
PYTHON_TEST = re.compile(r"^(?P<indent>\s*)(?:async )?def (?P<name>test_\w+)")


class ShowingTest(NamedTuple):
    path: str
    name: str
    line: int
    text: str  # The name and the comments that belong to it.


def comment(line: str, mark: str) -> str:
    """The comment that a line is, or that stands behind its code."""
    stripped = line.strip()
    if stripped.startswith(mark):
        return stripped
    _, found, text = line.partition(f" {mark} ")
    return text if found else ""


def tests_of(path: Path) -> Iterator[ShowingTest]:
    lines = path.read_text(encoding="utf-8").split("\n")
    is_swift = path.suffix == ".swift"
    pattern, mark = (SWIFT_TEST, "//") if is_swift else (PYTHON_TEST, "#")
    for index, line in enumerate(lines):
        match = pattern.match(line)
        if not match:
            continue
        indent = match["indent"]
        texts = [match["name"].replace("_", " ") if not is_swift else match["name"]]
        # Up to the blank line before the test: its attribute with the arguments, and what stands above that.
        above = index - 1
        while above >= 0 and lines[above].strip() and lines[above] != f"{indent[:-4]}}}":
            texts.append(comment(lines[above], mark))
            above -= 1
        # Down to the end of its body.
        below = index + 1
        in_docstring = False
        while below < len(lines):
            if is_swift and lines[below] == f"{indent}}}":
                break
            if not is_swift and lines[below].strip() and not lines[below].startswith((f"{indent} ", f"{indent})")):
                break
            quotes = lines[below].count('"""')
            if not is_swift and (quotes or in_docstring):
                texts.append(lines[below])
                in_docstring ^= quotes == 1
            texts.append(comment(lines[below], mark))
            below += 1
        yield ShowingTest(str(path.relative_to(ROOT)), match["name"], index + 1, "\n".join(texts))


def all_tests() -> Iterator[ShowingTest]:
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            parts = path.relative_to(ROOT).parts
            if any(part.startswith(".") or part in ("Fixtures", "generated") for part in parts):
                continue
            is_test = path.suffix == ".swift" or (path.suffix == ".py" and path.name.startswith("test_"))
            if is_test:
                yield from tests_of(path)


def statements() -> Dict[int, str]:
    rows: Dict[int, str] = {}
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        number, _, statement = line.partition("\t")
        rows[int(number[1:])] = statement
    return rows


def numbers_in(text: str) -> Set[int]:
    found: Set[int] = set()
    for match in NUMBER.finditer(text):
        first = int(match[1])
        found |= set(range(first, int(match[2] or first) + 1))
    return found


def required() -> List[int]:
    return [number for first, last in REQUIRED for number in range(first, last + 1)]


def row_of(first: int, last: int) -> str:
    return f"R{first}-R{last}"


def report(rows: Dict[int, str], shown: Dict[int, List[ShowingTest]]) -> str:
    def missing(first: int, last: int) -> List[str]:
        return [f"R{number}" for number in range(first, last + 1) if number in rows and not shown[number]]

    count = sum(1 for number in rows if shown[number])
    lines = [
        "# Requirements and the tests that show them",
        "",
        "Written by `deploy/requirements` from the names and comments of the tests; the statements are those of",
        "`requirements.tsv`. What a number means in full stands in the specification.",
        "",
        f"{count} of {len(rows)} requirements are shown by a test.",
        "",
        "| Rows that tests must show | Shown | Not shown yet |",
        "|---|---|---|",
    ]
    for first, last in REQUIRED:
        absent = missing(first, last)
        total = last - first + 1
        lines.append(f"| {row_of(first, last)} | {total - len(absent)} of {total} | {', '.join(absent) or 'none'} |")
    lines.append("")
    for number, statement in sorted(rows.items()):
        tests = "; ".join(f"`{test.path}`: {test.name}" for test in shown[number])
        lines.append(f"- **R{number}** {statement}: {tests or '*not shown by a test*'}")
    return "\n".join(lines) + "\n"


def problems_and_notes(
    rows: Dict[int, str], shown: Dict[int, List[ShowingTest]], strays: List[str]
) -> Tuple[List[str], List[str]]:
    problems = list(strays)
    notes: List[str] = []
    for number in required():
        if not shown[number] and number not in NOT_YET:
            problems.append(f"R{number} has no test any more: {rows[number]}")
        if shown[number] and number in NOT_YET:
            notes.append(f"R{number} has a test now: take it from NOT_YET in Tests/requirements.py")
    return problems, notes


def main(arguments: List[str]) -> int:
    if arguments not in ([], ["--check"]):
        print("usage: deploy/requirements [--check]", file=sys.stderr)
        return 64
    rows = statements()
    shown: Dict[int, List[ShowingTest]] = {number: [] for number in rows}
    strays: List[str] = []
    for test in all_tests():
        for number in sorted(numbers_in(test.text)):
            if number in shown:
                shown[number].append(test)
            else:
                strays.append(f"{test.path}:{test.line}: there is no requirement R{number}")
        for match in READING.finditer(test.name):
            if not 1 <= int(match[1]) <= READING_MAX:
                strays.append(f"{test.path}:{test.line}: there is no reading C{match[1]}")
    text = report(rows, shown)
    problems, notes = problems_and_notes(rows, shown, strays)
    if not arguments:
        REPORT.write_text(text, encoding="utf-8")
    elif not REPORT.exists() or REPORT.read_text(encoding="utf-8") != text:
        problems.append(f"{REPORT.relative_to(ROOT)} is not what the tests say: run deploy/requirements")
    for line in notes + problems:
        print(line, file=sys.stderr)
    count = sum(1 for number in rows if shown[number])
    print(f"requirements: {count} of {len(rows)} shown by a test")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
