"""Changes of the desired state's files by command: plan, show, ask, write."""
