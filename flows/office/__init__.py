"""What the office does around the lifecycle: adopt a regulation, plan a round, choose by lists, appoint, urge, recount."""
