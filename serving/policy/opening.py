"""Opening: a policy for a model that was loaded, and what is odd about it told in the log."""

from features.logs import log
from serving.policy.config import PolicyConfig
from serving.policy.likeness import neighbours_of
from serving.policy.naming import unknown_names
from serving.policy.policy import Policy
from training.recommender import Recommender


def opened(config: PolicyConfig, recommender: Recommender) -> Policy | None:
    """None where there are no rules. Names that the model does not know are no reason to stop: a product may be new."""
    policy = Policy.of(config, recommender)
    for words in oddities(config, recommender):
        log.warning("policy.odd", reason=words)
    return policy


def oddities(config: PolicyConfig, recommender: Recommender) -> list[str]:
    """What in the rules does nothing with a model, in words."""
    names = unknown_names(config, recommender.products, recommender.catalogue)
    odd = [f"{name}, which the model does not know" for name in names]
    alike = [rule.name for rule in config.diversity if "neighbours" in rule.by]
    if alike and neighbours_of(recommender) is None:
        odd.append(f"rule '{alike[0]}' asks for neighbours of products, and no generator of the model knows any")
    return odd
