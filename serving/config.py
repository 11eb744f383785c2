"""Settings of the service: sections `[serving]` and `[ingestion]` of `esnaf.toml`."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class ServingConfig:
    """What the service may use, and what it accepts. A command-line argument wins over its setting."""

    host: str = "127.0.0.1"
    """Address to listen on: this machine alone unless stated; any other needs tokens (`esnaf token make`)."""
    port: int = 3000
    """TCP port."""
    workers: int = 1
    """Processes; the model's arrays are mapped from one file by all of them."""
    clock_step_s: int = 3600
    """Seconds; lists are as of the last full step, so that one is made once a step and reused until then."""
    cache_mb: int = 64
    """Megabytes of ready lists that a worker keeps, those of baskets and filters that came once dropped first; ten
    products take 1.6 kB."""
    max_body_kb: int = 1024
    """Kilobytes that a request's body may have."""
    max_connections: int = 1000
    """Connections that a worker keeps open at once; one more is turned away."""
    rate_per_s: float = 0.0
    """Requests a second that a token may send to each worker, unless it was made with another; 0 sets no limit."""
    burst_s: float = 2.0
    """Seconds of its rate that a token may use at once after a pause."""
    log_requests: Literal["failed", "all", "none"] = "failed"
    """Requests that get a line in the log; of failed ones, up to ten a second and worker."""
    champion_poll_s: float = 1.0
    """Seconds between two looks at champion.json: how soon a promoted model is taken up."""
    warm_s: float = 3.0
    """Seconds that a new model may spend, before it answers, on making the lists that are asked for again and again."""

    def __post_init__(self) -> None:
        if not 0 < self.port < 65_536:
            raise ValueError(f"port = {self.port} is not between 1 and 65535")
        for name in ("workers", "clock_step_s", "max_body_kb", "max_connections"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} = {getattr(self, name)} is less than 1")
        if self.rate_per_s < 0:
            raise ValueError(f"rate_per_s = {self.rate_per_s} is negative; 0 sets no limit")
        if self.burst_s <= 0:
            raise ValueError(f"burst_s = {self.burst_s} is not above 0")
        if self.warm_s < 0:
            raise ValueError(f"warm_s = {self.warm_s} is negative; 0 makes no list ahead")
        if self.champion_poll_s <= 0:
            raise ValueError(f"champion_poll_s = {self.champion_poll_s} is not above 0")
        if self.cache_mb < 0:
            raise ValueError(f"cache_mb = {self.cache_mb} is negative; 0 keeps no list")


@dataclass(frozen=True)
class IngestionConfig:
    """Live events that the service takes in; the queue before the disk is set under `[store]`."""

    max_body_kb: int = 2048
    """Kilobytes that a list of events may have."""
    poll_s: float = 1.0
    """Seconds between two looks at the store: how soon one that was away is used again."""
    acknowledge_s: float = 5.0
    """Seconds from the end of a request that writes to its place on the disk; after them the answer is 503."""

    def __post_init__(self) -> None:
        if self.max_body_kb < 1:
            raise ValueError(f"max_body_kb = {self.max_body_kb} is less than 1")
        if self.poll_s <= 0:
            raise ValueError(f"poll_s = {self.poll_s} is not above 0")
        if not 0 < self.acknowledge_s <= 600:
            raise ValueError(f"acknowledge_s = {self.acknowledge_s} is not between 0 and 600")
