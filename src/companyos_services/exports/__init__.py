"""The exports service: a tenant's datasets, and jobs that take data out of them."""
