"""What is wrong with a desired state beyond the shape of its files, one module a check.

Checks look at facts, small records with places, never at documents; so they need no
YAML and their memory does not grow with the text.
"""
