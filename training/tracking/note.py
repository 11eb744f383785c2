"""Note: the page on which a reviewer reads what a run is worth, in Markdown."""

from collections.abc import Mapping

from training.evaluation import summary


def run_note(metrics: Mapping[str, float], tags: Mapping[str, str], *, version: str, warnings: list[str]) -> str:
    """The first thing to read of a run: its figures against the baselines, and which bundle they belong to."""
    parts = [_headline(metrics), *[f"**Warning:** {text}" for text in warnings]]
    if "test/ndcg_at_20" in metrics:
        parts += [summary.markdown(metrics), _against_decay(metrics), _origin(tags)]
    parts += [_bundles(tags, version), _facts(metrics, tags)]
    return "\n\n".join(part for part in parts if part)


def version_note(metrics: Mapping[str, float], tags: Mapping[str, str]) -> str:
    """One line for the list of versions."""
    return f"{_headline(metrics)} Trained on {tags.get('data_window', 'unknown')}."


def _headline(metrics: Mapping[str, float]) -> str:
    if "test/ndcg_at_20" not in metrics:
        return "Not measured: the data has no window to measure on."
    low, high = (metrics.get(f"test/ndcg_at_20_{end}", float("nan")) for end in ("low", "high"))
    text = f"NDCG@20 {metrics['test/ndcg_at_20']:.4f} (95 % {low:.4f} to {high:.4f})"
    ratio = metrics.get("test/ndcg_at_20_ratio_to_decay")
    return f"{text}, {ratio:.3f} x decay." if ratio is not None else f"{text}."


def _against_decay(metrics: Mapping[str, float]) -> str:
    name = "test/ndcg_at_20_over_decay"
    if name not in metrics:
        return ""
    gain, low, high = (metrics[f"{name}{end}"] for end in ("", "_low", "_high"))
    verdict = "better than" if low > 0 else "worse than" if high < 0 else "not distinguishable from"
    return f"Customer by customer, {verdict} decay: {gain:+.4f} NDCG@20 (95 % {low:+.4f} to {high:+.4f})."


def _origin(tags: Mapping[str, str]) -> str:
    return (
        f"Measured on purchases of {tags.get('test_window')}, which the measured bundle never saw. Baselines are made "
        "and scored in this run by the same code, on the same customers."
    )


def _bundles(tags: Mapping[str, str], version: str) -> str:
    measured = "The figures belong to the bundle under `bundles/measured`. " if tags.get("bundle_measured") else ""
    return f"{measured}Version {version} is the same recipe brought up to the end of the data, {tags['data_window']}."


def _facts(metrics: Mapping[str, float], tags: Mapping[str, str]) -> str:
    rows = {
        "Customers scored": metrics.get("test/customers"),
        "Training, seconds": metrics.get("time/total_s"),
        "Peak memory, MB": metrics.get("memory/peak_mb"),
        "Rows set aside": sum((v for name, v in metrics.items() if name.startswith("rejects/")), 0.0),
    }
    facts = [f"- {name}: {value:,.0f}" for name, value in rows.items() if value is not None]
    facts += [f"- {name.replace('_', ' ').capitalize()}: `{tags[name]}`" for name in FINGERPRINTS if name in tags]
    return "\n".join(facts)


FINGERPRINTS = ("data_fingerprint", "config_digest", "code_version", "seed")
