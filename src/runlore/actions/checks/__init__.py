"""What `doctor` looks at: one module for each kind of file, each returning findings."""
