"""A catalogue for interests: categories of several depths, two brands."""

from features.interests.names import Names
from tests.features.hand import catalogue

CATALOGUE = catalogue(
    categories=["Home > Kitchen > Mugs", "Home > Kitchen > Pots", "Home > Garden", "Toys", "Office > Pots", ""],
    brands=["Acme", "Acme", "Terra", "Mugs", "Terra", ""],
)
NAMES = Names.of(CATALOGUE)
