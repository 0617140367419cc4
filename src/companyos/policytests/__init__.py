"""Tests of policy bundles: decision tables, what they cover, what they would miss.

A policy bundle is tested in a world of its own: its rules and all it extends, one
tenant that uses it, and made-up subjects and resources.
"""

from companyos.policytests.coverage import Coverage, coverage_of
from companyos.policytests.model import (
    Case,
    Expected,
    PolicyTests,
    ResourceGiven,
    SubjectGiven,
    TenantGiven,
)
from companyos.policytests.mutation import Mutant, mutants_of
from companyos.policytests.running import Result, run
from companyos.policytests.world import world_of

__all__ = [
    "Case",
    "Coverage",
    "Expected",
    "Mutant",
    "PolicyTests",
    "ResourceGiven",
    "Result",
    "SubjectGiven",
    "TenantGiven",
    "coverage_of",
    "mutants_of",
    "run",
    "world_of",
]
