"""How findings are mended, one module a way of mending, found by the check's name.

A fix is only a proposal: `companyos.config.mending` makes and proves it, or drops it.
"""
