"""The gate: rules that a challenger must hold to become champion."""
