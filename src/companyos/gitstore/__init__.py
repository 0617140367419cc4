"""Git as the store of the release log. Importing this does not start Git."""

from companyos.gitstore.git_store import GitStore
from companyos.gitstore.reading import GitView

__all__ = ["GitStore", "GitView"]
