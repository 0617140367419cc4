"""The guided tour: one change carried the whole way, on real parts, offline."""
