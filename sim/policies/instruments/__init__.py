"""Policy instruments, one file each."""
