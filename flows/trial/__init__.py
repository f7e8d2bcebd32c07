"""The trial (发布前演练): a drafted round is walked through on a copy of the bureau; what would go wrong is said before the launch."""
