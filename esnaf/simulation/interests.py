"""Interests: the latent tastes that customers mix, and who tends to have them."""

from typing import NamedTuple

import numpy as np

from esnaf.simulation.categories import CATEGORIES, matching
from features.arrays import Doubles

AGE_BANDS = ("18-24", "25-34", "35-44", "45-54", "55-64", "65+")
AGE_SHARES = (0.12, 0.22, 0.22, 0.19, 0.14, 0.11)
GENDERS = ("female", "male", "unknown")
GENDER_SHARES = (0.5, 0.42, 0.08)
ELSEWHERE = 0.012
"""Weight of a category outside an interest: now and then everybody looks at everything."""


class Interest(NamedTuple):
    """One taste: what it looks at, and how common it is by age and gender."""

    name: str
    weights: dict[str, float]  # weight by the beginning of a category's path; the longest one counts
    ages: tuple[float, ...]  # relative frequency by age band
    female: float  # relative frequency among women
    male: float  # and among men


INTERESTS = (
    Interest(
        "cooking", {"Kitchen": 1, "Books > Cookery": 1, "Grocery > Sauces": 0.5}, (1, 1, 1.2, 1.2, 1.2, 1), 1.1, 0.9
    ),
    Interest(
        "gardening", {"Garden": 1, "Books > Science": 0.3, "DIY > Hardware": 0.2}, (0.2, 0.5, 1, 1.4, 1.8, 2), 1, 1
    ),
    Interest("children", {"Baby": 0.4, "Toys": 1, "Books > Children": 1}, (0.3, 1.8, 2.2, 0.6, 0.5, 0.8), 1.3, 0.8),
    Interest("pets", {"Pets": 1, "Pets > Accessories": 2, "Sports > Outdoor": 0.3}, (1, 1, 1, 1.1, 1, 0.8), 1, 1),
    Interest("sports", {"Sports": 1, "Health > Vitamins": 0.4}, (1.5, 1.5, 1.1, 0.8, 0.6, 0.4), 0.9, 1.2),
    Interest(
        "technology",
        {"Electronics": 1, "Toys > Games": 0.3, "Grocery > Drinks": 0.2},
        (2, 1.5, 1, 0.8, 0.5, 0.3),
        0.6,
        1.6,
    ),
    Interest(
        "reading", {"Books": 0.8, "Books > Novels": 2, "Grocery > Tea": 0.4}, (0.8, 0.8, 0.9, 1.1, 1.4, 1.6), 1.2, 0.8
    ),
    Interest("fashion", {"Fashion": 1, "Beauty > Fragrance": 0.3}, (1.7, 1.4, 1, 0.8, 0.6, 0.4), 1.4, 0.6),
    Interest("beauty", {"Beauty": 1, "Fashion > Jewellery": 0.4}, (1.6, 1.3, 1, 0.9, 0.7, 0.5), 1.8, 0.3),
    Interest("home", {"Home": 1, "Kitchen > Mugs": 0.3}, (0.7, 1.2, 1.2, 1.1, 1, 0.8), 1.2, 0.8),
    Interest(
        "making",
        {"DIY": 1, "Garden > Tools": 0.5, "Electronics > Smart Home": 0.5},
        (0.6, 1, 1.2, 1.3, 1.2, 0.9),
        0.5,
        1.7,
    ),
    Interest(
        "hosting",
        {"Party": 1, "Kitchen > Mugs": 0.4, "Grocery > Chocolate": 0.5, "Home > Candles": 0.6, "Office": 0.3},
        (1, 1, 1.1, 1.1, 1, 1),
        1.2,
        0.8,
    ),
)
GIFT = len(INTERESTS)
"""Row of demand for gifts, after those of the interests."""
STAPLE = GIFT + 1
"""Row of demand for household goods."""


def category_weights() -> Doubles:
    """(K + 2, G) weight of each category for each interest, for gifts and for household goods; rows sum to 1."""
    weights = np.full((len(INTERESTS) + 2, len(CATEGORIES)), ELSEWHERE)
    for row, interest in enumerate(INTERESTS):
        for prefix in sorted(interest.weights, key=len):
            weights[row, matching(prefix)] = interest.weights[prefix]
    weights[GIFT] = [category.gift for category in CATEGORIES]
    weights[STAPLE] = [1 / category.interval if category.interval else 0 for category in CATEGORIES]
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def affinity() -> Doubles:
    """(ages, genders, K) relative frequency of each interest as the main one; sums to 1 over K."""
    ages = np.array([interest.ages for interest in INTERESTS]).T
    genders = np.array([(interest.female, interest.male, 1.0) for interest in INTERESTS]).T
    both = ages[:, None, :] * genders[None, :, :]
    return np.asarray(both / both.sum(axis=2, keepdims=True))
