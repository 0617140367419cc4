"""Where subjects are kept: one module for each kind of directory."""
