"""One module per section of the report; each turns the material into blocks."""
