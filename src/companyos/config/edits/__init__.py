"""Changing YAML files where they stand: spans of text in, every other byte kept.

Each rewrite says what it changes of the value as well, and reading the new text must
give exactly that; otherwise it is not done.
"""
