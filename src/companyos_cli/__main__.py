"""Lets `python -m companyos_cli` be the command."""

from companyos_cli.app import main

main()
