"""Words are broken into lines that fit, and none of them is lost."""

from __future__ import annotations

from collections import defaultdict

import pytest

from amicable.paper.lines import SHAPED, lines

WIDTHS: dict[int, float] = defaultdict(lambda: 1.0, {ord("w"): 2.0})


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("one two three", ["one two", "three"]),
        ("exactly ten", ["exactly", "ten"]),
        ("a bcdefgh i", ["a bcdefgh", "i"]),
        ("first\n\nthird", ["first", "", "third"]),
        ("abcdefghijklmno pq", ["abcdefghi", "jklmno pq"]),
        ("see abcdefghijk", ["see", "abcdefghi", "jk"]),
        ("wwwww www", ["wwww", "w www"]),
        ("", [""]),
    ],
)
def test_lines_are_as_wide_as_there_is_room(words: str, told: list[str]) -> None:
    assert list(lines(words, 9.5, WIDTHS)) == told


def test_no_word_is_lost() -> None:
    words = " ".join("x" * (number % 23 + 1) for number in range(500))
    broken = list(lines(words, 40, WIDTHS))
    assert " ".join(broken) == words
    assert all(len(line) <= 40 for line in broken)


@pytest.mark.parametrize("words", ["محمد علي", "דוד לוי", "e\u0301tude", "\u202eabc"])
def test_words_that_are_shaped_are_left_to_who_can(words: str) -> None:
    assert SHAPED.search(words)


@pytest.mark.parametrize("words", ["Grüße", "Łukasz", "Фёдор", "Ελένη", "“Part 1” · 5 €"])
def test_other_words_are_not(words: str) -> None:
    assert not SHAPED.search(words)
