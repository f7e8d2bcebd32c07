"""The lifecycle of a studio (工作室全周期): one file a stage, and the engine that runs them."""
