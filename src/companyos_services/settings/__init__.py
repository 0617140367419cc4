"""The settings service: each tenant's own settings, which its administrators manage."""
