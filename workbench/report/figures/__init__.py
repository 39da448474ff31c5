"""One module per exhibit; each turns a comparison into numbers, words and a chart."""
