"""The browser workbench: pages that ask the store and draw, and compute nothing."""
