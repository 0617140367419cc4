"""Releases: the signed log, what it says, and what may happen next.

Everything here is a function of values. The log is read and written through the two
protocols in `store` and `signatures`.
"""
