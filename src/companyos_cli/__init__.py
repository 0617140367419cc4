"""The `companyos` command: a shell around the library that prints and exits."""
