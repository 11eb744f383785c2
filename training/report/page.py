"""Page: the report of a contest."""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from training.comparison.contest import Contest
from training.comparison.difference import Difference
from training.gate.verdict import Verdict
from training.report import words
from training.report.chapters import category, chapters
from training.report.document import document
from training.tracking.provenance import day

SMALL = 0.1  # a stability index above is customarily called a change

_FOOT = (
    "NDCG, recall and the other metrics are means over customers with a purchase before the window and one in it; the "
    "whole catalogue can be listed. Intervals: paired bootstrap over customers, 95 %. This page loads nothing and runs "
    "no script."
)


@dataclass(frozen=True)
class Page:
    """What is to be told, and how."""

    contest: Contest
    title: str
    verdict: Verdict | None = None  # of the gate, where it was asked
    named: bool = False  # whether customers are shown by their ids
    notes: tuple[str, ...] = ()  # what a reader should know before relying on the figures

    def html(self) -> str:
        """The whole file."""
        parts = chapters(self.contest, verdict=self.verdict, named=self.named)
        return document(self.title, parts, lead=self._subtitle() + self._banner(), foot=_FOOT)

    def _subtitle(self) -> str:
        comparison = self.contest.comparison
        keys = "".join(
            f'<span class="key {tone}"><span>{escape(side.name)}</span></span>'
            for tone, side in (("first", self.contest.first), ("second", self.contest.second))
        )
        return (
            f'<p class="soft">{comparison.customers:,} customers and what they bought from {day(comparison.cut)} to '
            f"{day(comparison.end)}, which no model had seen.</p><p>{keys}</p>"
        )

    def _banner(self) -> str:
        headline = self.contest.comparison.headline
        says, tone = ("Nobody could be scored in this window", "same") if headline is None else self._says(headline)
        points = "".join(f"<li>{escape(point)}</li>" for point in self._points())
        return f'<div class="banner {tone}"><strong>{escape(says)}</strong><ul>{points}</ul></div>'

    def _says(self, headline: Difference) -> tuple[str, str]:
        first, second = self.contest.first.name, self.contest.second.name
        sign, _, word = words.SIGNS[headline.verdict].partition(" ")
        if headline.verdict == "no difference":
            return f"{sign} No sure difference between {second} and {first}", words.TONES[headline.verdict]
        return f"{sign} {second.capitalize()} is {word} than {first}", words.TONES[headline.verdict]

    def _points(self) -> Iterator[str]:
        comparison = self.contest.comparison
        if comparison.headline is not None:
            yield f"NDCG@20 {comparison.headline.text}."
        for part, name_of in (("segment", words.slice_of), ("category", category)):
            found = comparison.of_part(part)
            for verdict in ("better", "worse"):
                names = [name_of(name) for name, difference in found.items() if difference.verdict == verdict]
                if names:
                    yield f"{verdict.capitalize()} for {part} {', '.join(names)}."
        moved = [drift.name for drift in self.contest.drifts if drift.moved(SMALL)]
        if moved:
            yield f"Inputs that moved: {', '.join(moved)}."
        if self.contest.lost:
            yield f"Inputs that are gone: {', '.join(self.contest.lost)}."
        if self.verdict is not None:
            broken = ", ".join(check.rule for check in self.verdict.broken)
            yield f"The gate refuses it as a champion: {broken}." if broken else "The gate lets it pass."
        yield from self.notes
