"""The file that a process appends to, and the folder it lies in."""
