"""The platform's own services: processes around the library, without the command."""
