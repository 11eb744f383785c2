"""Parameters: everything the simulated shop is made by, in one place.

The values were set to the shape of two real data sets (docs/simulation.md has the figures of both) and are not tuned to
any model.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Parameters:
    """Size, seed and shape of a simulated shop. Shares are between 0 and 1; spreads are of logarithms."""

    customers: int = 1_500
    """People with an account; visitors without one come on top."""
    products: int = 800
    """At least 100, so that every category has some."""
    days: int = 365
    """Length of the log."""
    seed: int = 1
    """Same parameters and seed: the same files, byte for byte."""
    end: str = "2026-01-01"
    """First day after the log, UTC."""

    sessions_per_day: float = 0.045
    """Mean over customers while they are active."""
    activity_shape: float = 0.55
    """Shape of the gamma distribution of that rate: smaller is more unequal."""
    present_share: float = 0.5
    """Customers that are there on the first day; the others join evenly over the log."""
    lifetime_days: float = 500.0
    """Mean of the exponential time from joining, or from the first day, to churn."""
    one_time_share: float = 0.18
    """Of those who join, the part that never comes back after its first session."""
    visitor_share: float = 0.25
    """Visitors that never register, per customer."""

    dominance: tuple[float, float] = (9.0, 2.5)
    """Beta distribution of the weight of a customer's main interest in their taste."""
    style_spread: float = 0.6
    """Spread of a customer's style around the style of their main interest; styles have four dimensions."""
    style_pull: float = 0.7
    """How much style counts when one of several products is chosen."""
    price_pull: float = 0.6
    """How much the distance from the customer's own price level counts then."""

    popularity_spread: float = 0.9
    """Lognormal spread of the products' popularity within a category: the long tail."""
    drift_spread: float = 0.35
    """Step of the popularity's random walk, for each period."""
    drift_return: float = 0.9
    """Part of the walk that is left after a period; below 1 it comes back to where it was."""
    brand_exponent: float = 1.1
    """Zipf exponent of the brands' number of products."""
    price_spread: float = 0.45
    """Lognormal spread of prices within a category."""
    launched_share: float = 0.2
    """Products that come during the log."""
    withdrawn_share: float = 0.06
    """Products that leave during the log."""
    out_of_stock_share: float = 0.3
    """Products that run out once, for 3 to 21 days."""
    variant_share: float = 0.15
    """Products that are variants of the one before."""
    promotion_share: float = 0.06
    """Products on promotion at any time, 10 to 30 % off and bought 1.8 times as often."""

    needs_rate: float = 0.025
    """Sessions a day at which a customer takes half of their household needs to this shop."""
    need_shape: float = 6.0
    """Shape of the gamma distribution of the gaps between two needs of the same good: larger is more regular."""
    household_spread: float = 0.3
    """Spread of the tempo at which households use goods up."""
    urgent_share: float = 0.4
    """Parts of the goods run out that are bought with the next household goods; the rest waits for a stock-up."""
    loyalty: tuple[float, float] = (0.75, 0.16)
    """Parts of replenishments that go to the household's first and second product; the rest tries another."""

    missions: tuple[float, float, float, float, float] = (0.37, 0.20, 0.07, 0.18, 0.18)
    """Parts of sessions: browse, targeted, gift, replenish, stock-up."""
    cart_share: tuple[float, float, float, float, float] = (0.14, 0.62, 0.62, 0.55, 0.9)
    """Parts of intents that end in the cart, by mission; household needs do so in 96 %."""
    checkout_share: tuple[float, float, float, float, float] = (0.5, 0.7, 0.75, 0.92, 0.94)
    """Parts of filled carts that are paid for, by mission; the others are abandoned."""
    guest_share: float = 0.5
    """Parts of those that someone pays for who never logged in."""
    looks: tuple[float, float, float, float, float] = (5.0, 3.5, 4.5, 1.5, 1.3)
    """Mean number of products looked at for one intent, by mission."""
    need_looks: float = 0.45
    """Parts of household needs whose product is looked at before it is put in the cart."""
    stock_up_extras: tuple[int, float] = (4, 9.0)
    """Least and mean number of goods beyond the household's needs in a stock-up."""
    complement_share: float = 0.35
    """Parts of carted products, household needs aside, that take something along that goes with them."""
    resume_share: float = 0.35
    """Parts of abandoned carts whose product is what the next session is about."""
    search_share: float = 0.4
    """Parts of intents that begin with a search."""
    click_share: float = 0.25
    """Parts of views that begin with a click on a list."""
    wishlist_share: float = 0.04
    """Parts of intents that leave the product on the wishlist."""
    remove_share: float = 0.05
    """Parts of carted products that are taken out again."""
    refund_share: float = 0.035
    """Parts of purchased lines that come back, household goods a fifth of that."""
    survey_share: float = 0.05
    """Parts of orders that answer a survey."""
    messages_per_session: float = 0.25
    """Messages to those who consent, in step with their activity."""

    card_share: float = 0.35
    """Customers with a loyalty card, who also buy in the store."""
    store_share: float = 0.4
    """Parts of their sessions, browsing aside, that are in the store."""
    second_account_share: float = 0.35
    """Card holders whose store purchases stand under another customer id."""
    shared_tablet_share: float = 0.08
    """Customers that share a tablet with another customer."""
    kiosk_share: float = 0.015
    """Customers that sometimes use a kiosk of the shop, which many others use too."""
    junk_share: float = 0.02
    """Accounts with a worthless identifier: `0000`, `null`, `anonymous` ..."""
    profile_share: float = 0.95
    """Accounts with a row in the customers table."""
    interests_share: float = 0.3
    """Customers who declared interests."""
    consent: tuple[float, float, float] = (0.94, 0.85, 0.6)
    """Customers who consent to personalisation, analytics and messaging."""
