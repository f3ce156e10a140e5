"""Damaged files by the thousand: whatever a user's file holds, loading it gives what it says or a clear fault."""
