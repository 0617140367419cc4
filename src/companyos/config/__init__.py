"""YAML in, checked and compiled desired state out: the one place that knows YAML."""
