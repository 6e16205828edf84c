"""What people type about benefits."""
