"""Choice: the products that a rule is about."""

from dataclasses import dataclass

from serving.policy.scope import Rule


@dataclass(frozen=True, kw_only=True)
class Choice(Rule):
    """A rule about products that match everything it names."""

    categories: tuple[str, ...] = ()
    """Category paths, or their first steps; all that lie below count. Empty: any."""
    brands: tuple[str, ...] = ()
    """Brands. Empty: any."""
    products: tuple[str, ...] = ()
    """Product ids. Empty: any."""
    price_min: float | None = None
    """Least price, in the shop's currency."""
    price_max: float | None = None
    """Greatest price; a product without a price matches neither bound."""

    def __post_init__(self) -> None:
        super().__post_init__()
        low, high = self.price_min, self.price_max
        if low is not None and high is not None and low > high:
            raise ValueError(f"price_min = {low} is above price_max = {high}")

    @property
    def names_any(self) -> bool:
        """Whether it is about some products, and not about all."""
        bounds = (self.price_min, self.price_max)
        return bool(self.categories or self.brands or self.products) or any(bound is not None for bound in bounds)


@dataclass(frozen=True, kw_only=True)
class SomeProducts(Choice):
    """A rule that would be about the whole shop if it named nothing, which nobody means."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.names_any:
            raise ValueError("names no products; give categories, brands, products, price_min or price_max")
