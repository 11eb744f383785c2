"""Settings of the gate."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class GateConfig:
    """Section `[gate]`: what a challenger must hold to become champion. Losses are shares of the champion's figure."""

    ndcg_loss: float = 0.0
    """How much NDCG@20 may fall. A fall counts when chance does not explain it: when the 95 % interval of the paired
    difference lies below 0. More than 0 here lets a model get worse again and again, a little each time."""
    guards: dict[str, float] = field(
        default_factory=lambda: {
            "explore/recall_at_20": 0.05,
            "segment.orders_*/ndcg_at_20": 0.10,
            "segment.vip/ndcg_at_20": 0.10,
            "segment.at_risk/ndcg_at_20": 0.10,
        }
    )
    """Other figures that are guarded, and how much each may fall: names as in a comparison, `*` for any text. Falls
    count as those of NDCG@20 do."""
    coverage_loss: float = 0.2
    """How much smaller the part of the catalogue that is shown to anyone may be."""
    completeness: float = 0.99
    """Places of the lists that must be filled, as a share of those that the champion fills."""
    answer_ms: float = 200.0
    """CPU time of one customer's list, milliseconds, at most: the median of some."""
    bundle_mb: float = 8_000.0
    """Size of the bundle, 10^6 bytes, at most."""
    drift: float = 0.25
    """Population stability index of an input, at most. 0.1 and 0.25 are the customary limits of a small and a large
    change."""
    may_lack: tuple[str, ...] = ()
    """Inputs that the champion's data had and the challenger's may lack, as a refusal names them."""

    def __post_init__(self) -> None:
        for name in ("ndcg_loss", "coverage_loss", "completeness"):
            _check_share(name, getattr(self, name))
        for name, loss in self.guards.items():
            _check_share(f"guards.{name}", loss)
        for name in ("answer_ms", "bundle_mb", "drift"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} = {getattr(self, name)}: must be above 0")


def _check_share(name: str, value: float) -> None:
    if not 0 <= value <= 1:
        raise ValueError(f"{name} = {value}: must be 0 to 1")
