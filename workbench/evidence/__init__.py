"""From similarity to what may be said: control panel, propositions, verdict."""
