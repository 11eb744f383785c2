"""Settings of the service: sections `[serving]` and `[ingestion]` of `esnaf.toml`."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ServingConfig:
    """What the service may use, and what it accepts. A command-line argument wins over its setting."""

    host: str = "127.0.0.1"
    """Address to listen on: this machine alone, unless the network around it is to be trusted."""
    port: int = 3000
    """TCP port."""
    workers: int = 1
    """Processes; the model's arrays are mapped from one file by all of them."""
    clock_step_s: int = 3600
    """Seconds; lists are as of the last full step, so that one is made once a step and reused until then."""
    cache_mb: int = 64
    """Megabytes of ready lists that a worker keeps, oldest use dropped first; ten products take about one."""
    max_body_kb: int = 1024
    """Kilobytes that a request's body may have."""
    champion_poll_s: float = 1.0
    """Seconds between two looks at champion.json: how soon a promoted model is taken up."""
    warm_s: float = 3.0
    """Seconds that a new model may spend, before it answers, on making the lists that are asked for again and again."""

    def __post_init__(self) -> None:
        if not 0 < self.port < 65_536:
            raise ValueError(f"port = {self.port} is not between 1 and 65535")
        for name in ("workers", "clock_step_s", "max_body_kb"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} = {getattr(self, name)} is less than 1")
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

    def __post_init__(self) -> None:
        if self.max_body_kb < 1:
            raise ValueError(f"max_body_kb = {self.max_body_kb} is less than 1")
        if self.poll_s <= 0:
            raise ValueError(f"poll_s = {self.poll_s} is not above 0")
