"""Speed and accuracy, each against a named peer on the same input in the same run."""
