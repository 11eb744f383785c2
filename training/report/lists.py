"""Lists: example customers with what both models showed them, and why."""

from html import escape

from training.comparison.example import Example, Place


def examples_html(examples: tuple[Example, ...], *, sides: tuple[str, str], named: bool) -> str:
    """An article for each customer; without `named` they stay anonymous, as the page may be read by anybody."""
    return "".join(
        _article(example, f"Customer {example.customer_id}" if named else f"Customer {place}", sides)
        for place, example in enumerate(examples, 1)
    )


def _article(example: Example, title: str, sides: tuple[str, str]) -> str:
    gains = "gains" if example.gain > 0 else "loses"
    bought = ", ".join(map(escape, example.bought))
    lists = "".join(
        f'<div><h4 class="{tone}"><span class="key"><span>{escape(side)}: NDCG@20 {figure:.3f}</span></span></h4>'
        f"<ol>{''.join(map(_place, places))}</ol></div>"
        for tone, side, figure, places in zip(("first", "second"), sides, example.figures, example.lists, strict=True)
    )
    return (
        f"<article><h3>{escape(title)} {gains} {abs(example.gain):.3f}</h3>"
        f'<p class="soft">{example.orders:,} order{"s" if example.orders != 1 else ""} before the window. '
        f'Bought in it: {bought}.</p><div class="pair">{lists}</div></article>'
    )


def _place(place: Place) -> str:
    name = escape(place.name)
    shown = f'<span class="hit">{name} ✓ bought</span>' if place.bought else name
    reason = f'<span class="reason">{escape(place.reason)}</span>' if place.reason else ""
    return f"<li>{shown}{reason}</li>"
