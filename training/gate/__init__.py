"""The gate: rules that a challenger must hold to become champion."""

from training.gate.config import GateConfig as GateConfig
from training.gate.gate import Gate as Gate
from training.gate.trial import Trial as Trial
from training.gate.verdict import Check as Check
from training.gate.verdict import Verdict as Verdict
