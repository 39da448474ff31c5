"""Model fingerprinting forensics workbench: behavioural evidence of model derivation."""

__version__ = "0.1.0"
