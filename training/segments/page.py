"""Page: the profiles of all segments."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from itertools import groupby
from math import isfinite
from pathlib import Path

from features.catalogue import Catalogue
from training.recommender import Recommender
from training.report.document import Chapter, document
from training.report.marks import bars
from training.report.table import Row, Table
from training.report.words import number
from training.segments.profile import PERIOD, Favourite, Moves, Part, Profile, Section
from training.segments.segmenter import Segmenter

TITLES = {
    "value": "Value",
    "behavioural": "Behaviour",
    "needs": "Needs: shopping missions",
    "psychographic": "Taste",
    "geographic": "Place",
    "demographic": "Who they are",
    "technographic": "Devices",
    "custom": "The shop's own",
}
_HEADS = ("customers", "of all", "of a year's spend", "orders", "average order", "products an order", "days between")
_FOOT = (
    "Means are over the customers of whom a figure is known. Favourites are products that more of a segment's "
    "customers bought than its size explains. This page loads nothing and runs no script."
)
_CSS = "h3 { margin-top: 1.75rem; } .rows .mark { width: 20%; } .few td, .few th { font-size: .8125rem; }"


@dataclass(frozen=True)
class SegmentPage:
    """What is to be told."""

    profile: Profile
    catalogue: Catalogue
    title: str

    def html(self) -> str:
        """The whole file."""
        lead = self._subtitle() + self._banner()
        return document(self.title, list(self._chapters()), lead=lead, foot=_FOOT, css=_CSS)

    def _subtitle(self) -> str:
        profile = self.profile
        day = datetime.fromtimestamp(profile.time, UTC).strftime("%Y-%m-%d")
        keys = '<span class="key first"><span>share of customers</span></span>'
        keys += '<span class="key second"><span>share of a year\'s spend</span></span>'
        return (
            f'<p class="soft">{profile.customers:,} customers until {day}, {profile.buyers:,} of whom bought.</p>'
            f"<p>{keys}</p>"
        )

    def _banner(self) -> str:
        points = "".join(f"<li>{escape(point)}</li>" for point in self._points())
        return f'<div class="banner same"><strong>At a glance</strong><ul>{points}</ul></div>'

    def _points(self) -> Iterator[str]:
        parts = {part.label: part for section in self.profile.sections for part in section.parts}
        for label, words in (
            ("vip", "VIPs: {n} customers, {share} of all, give {revenue} of a year's spend."),
            ("at_risk", "At risk: {n} good customers are overdue; {revenue} of a year's spend came from them."),
            ("new", "New: {n} customers had their first order in the last weeks."),
            ("lost", "Lost: {n} customers, {share} of all."),
        ):
            if label in parts:
                part = parts[label]
                yield words.format(n=f"{part.customers:,}", share=_percent(part.share), revenue=_percent(part.revenue))

    def _chapters(self) -> Iterator[Chapter]:
        order = {kind: place for place, kind in enumerate(TITLES)}
        sections = sorted(self.profile.sections, key=lambda section: order[section.kind])
        for kind, some in groupby(sections, key=lambda section: section.kind):
            yield Chapter(kind, TITLES[kind], "", "".join(map(self._section, some)))
        moved = [section for section in sections if section.moves is not None and section.name in _MOVING]
        lead = f"Where the customers of {PERIOD} days before are by now, in percent of each row."
        content = "".join(_moves(section.name, section.moves) for section in moved if section.moves is not None)
        if content:
            yield Chapter("moves", "Who moved", lead, content)

    def _section(self, section: Section) -> str:
        limit = max(max(part.share, part.revenue) for part in section.parts)
        rows = [self._row(part, limit) for part in section.parts]
        about = section.about[:1].upper() + section.about[1:]
        missing = f" {section.missing:,} customers are in none of them." if section.missing else ""
        table = Table(f"{_words(section.name)}: customers, value and habits", _HEADS, rows).html()
        return (
            f"<h3>{escape(_words(section.name).capitalize())}</h3>"
            f'<p class="soft">{escape(about)}.{missing}</p>{table}{self._favourites(section.parts)}'
        )

    def _row(self, part: Part, limit: float) -> Row:
        figures = [_figure(part.means[name]) for name in ("orders", "average_order", "basket", "gap")]
        cells = [f"{part.customers:,}", _percent(part.share), _percent(part.revenue), *figures]
        label = f"{_words(part.label)}: {_percent(part.share)} of customers, {_percent(part.revenue)} of spend"
        return Row(_words(part.label), cells, bars((part.share, part.revenue), limit=limit, label=label))

    def _favourites(self, parts: Sequence[Part]) -> str:
        told = [part for part in parts if part.favourites]
        items = "".join(
            f"<li><strong>{escape(_words(part.label))}</strong>: {escape('; '.join(map(self._named, part.favourites)))}"
            for part in told
        )
        return f"<details><summary>What they buy more than others</summary><ul>{items}</ul></details>" if told else ""

    def _named(self, favourite: Favourite) -> str:
        name = self.catalogue.name[favourite.product] or f"product {favourite.product}"
        return f"{name} ({favourite.lift:.1f} times as often, {favourite.buyers:,} customers)"


_MOVING = ("standing", "activity", "rfm", "rhythm", "taste", "mission")


def _moves(name: str, moves: Moves) -> str:
    """A table with a row for where customers were."""
    used = [code for code in range(len(moves.labels)) if moves.count[:, code].any() or moves.count[code].any()]
    head = "".join(f'<th scope="col" class="number">{escape(_words(moves.labels[code]))}</th>' for code in used)
    rows = []
    for row, label in [*((code, moves.labels[code]) for code in used), (len(moves.labels), "came since")]:
        total = int(moves.count[row].sum())
        cells = "".join(_cell(int(moves.count[row, code]), total, same=row == code) for code in used)
        if total:
            named = f'<th scope="row">{escape(_words(label))}<small>{total:,} customers</small></th>'
            rows.append(f"<tr>{named}{cells}</tr>")
    return (
        f'<h3>{escape(_words(name).capitalize())}</h3><table class="few"><caption>From rows to columns</caption>'
        f"<thead><tr><th></th>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )


def _cell(count: int, total: int, *, same: bool) -> str:
    share = f"{100 * count / total:.0f} %" if total and count else ""
    return f'<td class="number">{f"<strong>{share}</strong>" if same else share}</td>'


def _figure(value: float) -> str:
    return f"{value:,.1f}" if isfinite(value) and abs(value) < 1000 else number(value)


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %" if share < 0.1 else f"{100 * share:.0f} %"


def _words(label: str) -> str:
    plain = label.replace("_", " ")
    name, _, value = plain.partition(".")
    return f"{name}: {value}" if value else plain


def write_page(model: Recommender, segmenter: Segmenter, file: Path, time: int, *, title: str) -> None:
    """The profiles of a model's segments as of a moment; OSError where it cannot be written."""
    page = SegmentPage(Profile.of(model.population_at(time), segmenter), model.catalogue, title)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(page.html(), encoding="utf-8")
