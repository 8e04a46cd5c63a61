"""What is printed can be read, whoever it names."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from amicable.paper.document import WITHOUT_LETTERS, Document

AT = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def _written(words: str) -> Document:
    document = Document("Certificate", AT)
    document.heading("Earnings")
    document.text(words)
    document.facts([("For", words)])
    document.table(["Contract", "Amount"], [["Website", "1500.00"]], align="LR")
    return document


def test_a_document_is_a_pdf() -> None:
    pdf = _written("Femi Adeyemi").pdf()
    assert pdf.startswith(b"%PDF-")
    assert re.search(rb"/Count 1\b", pdf)


def test_the_same_words_make_the_same_file() -> None:
    assert _written("Femi").pdf() == _written("Femi").pdf()


@pytest.mark.parametrize("name", ["Łukasz", "Фёдор", "Ελένη", "محمد علي", "דוד לוי", "Անի"])
def test_many_ways_of_writing_are_printed_as_they_are(name: str) -> None:
    document = Document(name, AT)
    assert document._printable(name) == name


def test_letters_that_the_font_lacks_are_numbers_and_the_document_says_so() -> None:
    document = Document("Certificate", AT)
    assert document._printable("山田") == "[U+5C71][U+7530]"
    without = len(Document("Certificate", AT).pdf())
    document.text("")
    assert len(document.pdf()) > without, f"“{WITHOUT_LETTERS}” is printed"


def test_long_tables_go_on_over_pages() -> None:
    document = Document("Certificate", AT)
    document.table(["Contract", "Amount"], [[f"Part {number}", "1.00"] for number in range(200)])
    assert int(re.findall(rb"/Count (\d+)", document.pdf())[-1]) > 3
