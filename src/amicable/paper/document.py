"""A document as PDF: headings, words, facts and tables on A4, with page numbers.

The font has the letters of Latin, Greek, Cyrillic, Armenian, Georgian, Hebrew and Arabic writing. A letter that it
lacks is printed as its number in Unicode, and the document says so: nothing is left out without a word.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal

from fpdf import FPDF, FontFace
from fpdf.enums import Align, TableBordersLayout, TableCellFillMode, XPos, YPos
from fpdf.fonts import TTFFont

from amicable.paper.lines import SHAPED, lines

FONTS = Path(__file__).parent / "fonts"
FAMILY = "DejaVu"
Direction = Literal["ltr", "rtl"]
MARGIN = 20.0
INK, SOFT, LINE, SHADE = (24, 28, 36), (96, 104, 118), 208, (244, 246, 249)
WITHOUT_LETTERS = "Letters that this document's font lacks are printed as their numbers in Unicode, such as [U+5C71]."


class Document:
    """A document that is written from the top to the bottom; `pdf()` is what has been written.

    The same words written `at` the same time (UTC) make the same file.
    """

    def __init__(self, title: str, at: datetime) -> None:
        self._paper = _Paper()
        self._lacks_letters = False
        paper = self._paper
        paper.set_title(title)
        paper.set_creator("Amicable")
        paper.set_creation_date(at)
        paper.set_lang("en")
        paper.add_page()
        self._write(title, size=20, bold=True, after=2)

    def text(self, words: str) -> None:
        """A paragraph in somebody's own words, from the side on which their writing begins."""
        self._write(words, size=10, after=3)

    def told(self, words: str) -> None:
        """A paragraph in English, whatever names are in it."""
        self._write(words, size=10, after=3, direction="ltr")

    def small(self, words: str) -> None:
        """A paragraph in English in small print."""
        self._write(words, size=8, colour=SOFT, after=2, direction="ltr")

    def heading(self, words: str) -> None:
        """The heading of what follows."""
        self._paper.ln(4)
        self._write(words, size=13, bold=True, after=1)

    def facts(self, facts: Sequence[tuple[str, str]]) -> None:
        """Pairs of what and how, one below the other."""
        rows = [(what, how) for what, how in facts]
        self._table(rows, widths=(2, 5), align="LL", head=False)

    def table(
        self, head: Sequence[str], rows: Sequence[Sequence[str]], *, align: str = "", widths: Sequence[int] = ()
    ) -> None:
        """A table; `align` has a letter for each column (L, C, R), `widths` their proportions."""
        columns = len(head)
        self._table([head, *rows], widths=widths or (1,) * columns, align=align or "L" * columns, head=True)

    def pdf(self) -> bytes:
        """The file."""
        if self._lacks_letters:
            self._lacks_letters = False
            self.small(WITHOUT_LETTERS)
        return bytes(self._paper.output())

    def _write(
        self,
        words: str,
        *,
        size: float,
        bold: bool = False,
        colour: tuple[int, int, int] = INK,
        after: float,
        direction: Direction | None = None,
    ) -> None:
        paper = self._paper
        paper.set_font(FAMILY, "B" if bold else "", size)
        paper.set_text_color(*colour)
        printed, height = self._printable(words), size * 0.5
        if paper.shapes(printed, direction):
            paper.multi_cell(0, height, printed, align=Align.L, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        else:
            for line in paper.lines(printed):
                paper.cell(0, height, line, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        paper.ln(after)

    def _table(self, rows: Sequence[Sequence[str]], *, widths: Sequence[int], align: str, head: bool) -> None:
        paper = self._paper
        paper.set_font(FAMILY, "", 9)
        paper.set_text_color(*INK)
        paper.set_draw_color(LINE)
        printed = [[self._printable(cell) for cell in row] for row in rows]
        paper.shapes("".join("".join(row) for row in printed))
        with paper.table(
            printed,
            col_widths=tuple(widths),
            text_align=tuple(align),
            first_row_as_headings=head,
            headings_style=FontFace(emphasis="BOLD", fill_color=SHADE),
            borders_layout=TableBordersLayout.HORIZONTAL_LINES,
            cell_fill_mode=TableCellFillMode.NONE,
            line_height=5,
            padding=1,
        ):
            pass
        paper.ln(3)

    def _printable(self, words: str) -> str:
        words = words.replace("\t", "    ")
        printed = "".join(letter if self._paper.can_print(letter) else f"[U+{ord(letter):04X}]" for letter in words)
        self._lacks_letters = self._lacks_letters or printed != words
        return printed


class _Paper(FPDF):
    """A4 with a foot on each page."""

    def __init__(self) -> None:
        super().__init__()
        self.set_margins(MARGIN, MARGIN)
        self.set_auto_page_break(True, MARGIN)
        self.alias_nb_pages()
        self._letters = self._font("", "DejaVuSans.ttf") & self._font("B", "DejaVuSans-Bold.ttf")

    def _font(self, style: Literal["", "B"], file: str) -> set[int]:
        """Bring a font along; returns the letters that it has."""
        self.add_font(FAMILY, style, FONTS / file)
        font = self.fonts[f"{FAMILY.lower()}{style}"]
        assert isinstance(font, TTFFont), "a font from a file"
        return set(font.cmap)

    def shapes(self, words: str, direction: Direction | None = None) -> bool:
        """Whether the letters of these words have to be shaped, which costs time; from now on they are if so. Without
        a `direction` a paragraph runs as its first letter does."""
        shaped = SHAPED.search(words) is not None
        self.set_text_shaping(shaped, direction=direction)
        return shaped

    def lines(self, words: str) -> Iterator[str]:
        """The words in lines that fit between the margins, in the font as it is."""
        font = self.current_font
        assert isinstance(font, TTFFont), "a font from a file"
        return lines(words, (self.epw - 2 * self.c_margin) * self.k * 1000 / self.font_size_pt, font.cw)

    def can_print(self, letter: str) -> bool:
        """Whether the font has the letter; the end of a line needs none."""
        return letter == "\n" or ord(letter) in self._letters

    def footer(self) -> None:
        """The number of the page."""
        self.set_y(-MARGIN + 5)
        self.set_font(FAMILY, "", 8)
        self.set_text_color(*SOFT)
        self.cell(0, 5, f"{self.page_no()} / {{nb}}", align=Align.R)
