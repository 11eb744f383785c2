"""Key figures of a shop by period and segment: what customers bought, whether they came back, what they said of it."""
