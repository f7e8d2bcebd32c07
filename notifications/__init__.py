"""Who is told, and how (通知)."""
