"""CompanyOS: a multi-tenant platform governed from Git.

Services import the parts they need: `companyos.authz` (may this subject do this, and
why), `companyos.flags` (which variant, and why), `companyos.identity` (who is this) and
`companyos.snapshot` (the compiled desired state they all read).
"""

__version__ = "0.1.0"
