"""A file of comma-separated values as rows that know on which line they stand."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from amicable.diary.imports.products import Names

SEPARATORS = (",", ";", "\t")
BOM = "\ufeff"


class BrokenError(ValueError):
    """Something in the file cannot be read; the message says what. It never leaves this package."""

    def __init__(self, line: int, column: str, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.column = column
        self.message = message


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line on which it begins, counted from 1, and its cells by the names of their columns."""

    line: int
    cells: Mapping[str, str]

    def cell(self, names: Names) -> tuple[str, str]:
        """(name, content) of the first of these columns that the file has; the content is empty where it has none."""
        for name in names:
            if name in self.cells:
                return name, self.cells[name].strip()
        return "", ""

    def words(self, names: Names) -> str:
        """What the first of these columns that says something says."""
        said = (self.cells.get(name, "").strip() for name in names)
        return next(filter(None, said), "")

    @property
    def is_blank(self) -> bool:
        """Whether nothing stands in it."""
        return not any(cell.strip() for cell in self.cells.values())


def decoded(content: bytes) -> str | None:
    """The text of a file in UTF-8, with a byte order mark or without; None for what is none."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return None if "\x00" in text else text.removeprefix(BOM)


def header(text: str) -> tuple[list[str], str]:
    """The names of the columns, and what separates them: what gives the most columns of the first line."""
    first = text.partition("\n")[0]
    found = [(_names(first, separator), separator) for separator in SEPARATORS]
    return max(found, key=lambda one: len(one[0]))


def rows(text: str, columns: Sequence[str], separator: str) -> Iterator[Row | BrokenError]:
    """The rows after the header, and in place of one that cannot be read why not; blank ones are passed over.

    Where the quotes do not match the rest cannot be read either, and that is the last one.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    next(reader, None)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield BrokenError(
                line,
                "",
                "The file is cut off, or has a quotation mark too many: a note that begins in this line does not end.",
            )
            return
        if len(cells) not in (0, len(columns)):
            yield BrokenError(line, *_wrong_length(columns, len(cells)))
            continue
        row = Row(line, dict(zip(columns, cells, strict=False)))
        if not row.is_blank:
            yield row


def _wrong_length(columns: Sequence[str], count: int) -> tuple[str, str]:
    if count < len(columns):
        return columns[count], f"The line ends after {count} of {len(columns)} columns. Is the file cut off?"
    return "", f"The line has {count} columns, and the header {len(columns)}."


def _names(first: str, separator: str) -> list[str]:
    try:
        cells = next(csv.reader([first], delimiter=separator, strict=True), [])
    except csv.Error:
        return []
    return [cell.strip().lower() for cell in cells]
