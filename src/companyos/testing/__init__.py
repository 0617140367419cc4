"""What tests need of the outside world, as real parts: ours and those of others."""

from companyos.testing.directory_contract import DirectoryContract
from companyos.testing.memory_store import MemoryCommit, MemoryRemote, MemoryStore
from companyos.testing.subject_server import SubjectServer

__all__ = [
    "DirectoryContract",
    "MemoryCommit",
    "MemoryRemote",
    "MemoryStore",
    "SubjectServer",
]
